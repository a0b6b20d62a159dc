// The linear n-gram model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "baseline/logistic_regression.h"
#include "baseline/ngram_baseline.h"
#include "baseline/ngram_features.h"
#include "core/thread_pool.h"

namespace sequent {
namespace {

SparseLists lists(const std::vector<std::vector<SparseValue>>& rows) {
  SparseLists result;
  for (const auto& row : rows) result.add(row);
  return result;
}

TEST(SparseLists, AreTransposed) {
  const SparseLists columns = lists({{{0, 1.0F}, {2, 2.0F}}, {}, {{2, 3.0F}}}).transposed(3);
  ASSERT_EQ(columns.size(), 3U);
  EXPECT_EQ(columns[0].size(), 1U);
  EXPECT_EQ(columns[1].size(), 0U);
  ASSERT_EQ(columns[2].size(), 2U);
  EXPECT_EQ(columns[2][1].index, 2);
  EXPECT_EQ(columns[2][1].value, 3.0F);
}

// The expected values are scikit-learn's: LogisticRegression(C=..., tol=1e-10, max_iter=10000).
const std::vector<std::vector<SparseValue>> kRows{
    {{0, 1.0F}, {1, 0.5F}}, {{1, 1.0F}}, {{0, 0.2F}, {2, 1.0F}}, {{2, 0.7F}}, {{0, 0.9F}},
    {{1, 0.3F}, {2, 0.4F}}};

std::vector<float> fitted(const std::vector<std::int32_t>& labels, std::size_t classes, double c,
                          std::size_t row) {
  ThreadPool pool(2);
  LogisticRegression model(3, classes);
  model.fit(lists(kRows), labels, {.c = c, .iterations = 1000, .tolerance = 1e-7}, pool);
  return model.probabilities(kRows[row]);
}

TEST(LogisticRegression, OfTwoClassesEqualsScikitLearn) {
  EXPECT_NEAR(fitted({0, 0, 1, 1, 0, 1}, 2, 2.0, 0)[1], 0.23497189, 1e-4);
  EXPECT_NEAR(fitted({0, 0, 1, 1, 0, 1}, 2, 2.0, 5)[1], 0.59818167, 1e-4);
}

TEST(LogisticRegression, OfThreeClassesEqualsScikitLearn) {
  const std::vector<float> first = fitted({0, 1, 2, 2, 0, 1}, 3, 5.0, 0);
  EXPECT_NEAR(first[0], 0.79820922, 1e-4);
  EXPECT_NEAR(first[1], 0.14439762, 1e-4);
  EXPECT_NEAR(fitted({0, 1, 2, 2, 0, 1}, 3, 5.0, 5)[2], 0.35133386, 1e-4);
}

TEST(LogisticRegression, DoesNotDependOnTheThreads) {
  std::vector<std::vector<SparseValue>> rows;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 2000; ++i) {
    rows.push_back({{i % 7, 1.0F}, {7 + i % 11, 0.5F}});
    labels.push_back((i * i) % 3);
  }
  const auto found = [&](int threads) {
    ThreadPool pool(threads);
    LogisticRegression model(18, 3);
    model.fit(lists(rows), labels, {}, pool);
    return model.probabilities(rows[5]);
  };
  EXPECT_EQ(found(1), found(3));
}

class Ngrams : public ::testing::Test {
 protected:
  void add(const std::vector<std::string>& tokens, std::int32_t label) {
    std::vector<std::int32_t> ids;
    for (const std::string& token : tokens) {
      ids.push_back(static_cast<std::int32_t>(vocabulary_.id(token)));
    }
    rows_.add(ids, label);
  }

  Vocabulary vocabulary_{{"not", "good", "bad", "film", "\u597d", "\u7535", "\u5f71"}};
  EncodedDataset rows_;
};

TEST_F(Ngrams, HaveTheWeightsOfScikitLearn) {
  add({"good", "film"}, 1);
  add({"good", "good", "film"}, 1);
  add({"bad", "film"}, 0);
  const std::vector<std::int64_t> rows{0, 1, 2};
  NgramFeatures::Limits limits;
  limits.tokens_with_characters = 0;
  const NgramFeatures features(rows_, rows, vocabulary_, limits);
  // "good", "film" and "good film" occur in two texts or more; the others in one.
  ASSERT_EQ(features.size(), 3U);
  const std::vector<SparseValue> found = features.of(rows_.row(1));
  std::vector<double> values(found.size());
  std::ranges::transform(found, values.begin(), [](const SparseValue& one) { return one.value; });
  std::sort(values.begin(), values.end());
  // idf is 1 + ln(4 / 4) for "film", and 1 + ln(4 / 3) for "good" (twice: times 1 + ln 2) and
  // "good film".
  const double idf = 1 + std::log(4.0 / 3);
  const double of_good = (1 + std::log(2.0)) * idf;
  const double length = std::sqrt(1 + idf * idf + of_good * of_good);
  ASSERT_EQ(values.size(), 3U);
  EXPECT_NEAR(values[0], 1 / length, 1e-6);
  EXPECT_NEAR(values[1], idf / length, 1e-6);
  EXPECT_NEAR(values[2], of_good / length, 1e-6);
}

TEST_F(Ngrams, OfPairsBelongToTheirText) {
  rows_.add(std::vector<std::int32_t>{4, 0, 6}, 0);
  rows_.add(std::vector<std::int32_t>{4, 0, 6}, 0);
  rows_.add(std::vector<std::int32_t>{6, 0, 4}, 1);
  rows_.add(std::vector<std::int32_t>{6, 0, 4}, 1);
  const std::unique_ptr<NgramBaseline> model = NgramBaseline::train(rows_, vocabulary_, 2, 1);
  EXPECT_GT(model->probabilities(rows_.row(0))[0], 0.5F);
  EXPECT_GT(model->probabilities(rows_.row(2))[1], 0.5F);
}

TEST_F(Ngrams, LearnNegation) {
  for (int i = 0; i < 20; ++i) {
    add({"not", "good", "film"}, 0);
    add({"good", "film"}, 1);
    add({"not", "bad", "film"}, 1);
    add({"bad", "film"}, 0);
  }
  for (const int threads : {1, 3}) {
    const std::unique_ptr<NgramBaseline> model =
        NgramBaseline::train(rows_, vocabulary_, 2, threads);
    for (std::int64_t row = 0; row < 4; ++row) {
      const std::vector<float> found = model->probabilities(rows_.row(row));
      EXPECT_GT(found[static_cast<std::size_t>(rows_.label(row))], 0.5F) << row;
    }
  }
}

TEST_F(Ngrams, OfSingleCharactersAreLonger) {
  for (int i = 0; i < 2; ++i) add({"\u597d", "\u7535", "\u5f71"}, 0);
  const std::vector<std::int64_t> rows{0, 1};
  const NgramFeatures features(rows_, rows, vocabulary_, {});
  EXPECT_EQ(features.size(), 6U);  // three characters, two pairs, one triple
}

}  // namespace
}  // namespace sequent
