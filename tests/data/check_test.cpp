#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "data/findings.h"
#include "data/split_summary.h"
#include "data_support.h"

namespace sequent {
namespace {

using testing::TemporaryFolder;

constexpr std::int64_t kMaxLength = 30;

/// A split of distinct texts that have `lengths[i]` tokens before truncation.
SplitRows split_of_lengths(const std::vector<std::int64_t>& lengths) {
  SplitRows split;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::vector<std::int32_t> ids(static_cast<std::size_t>(std::min(lengths[i], kMaxLength)),
                                        3);
    split.rows.add(ids, 0);
    split.notes.push_back({i, lengths[i], 0});
  }
  return split;
}

TEST(Summary, GivesPercentilesByNearestRank) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t length = 1; length <= 40; ++length) lengths.push_back(41 - length);
  const SplitSummary summary =
      summarize(split_of_lengths(lengths), LabelSet({"a", "b"}), kMaxLength);
  EXPECT_EQ(summary.shortest, 1);
  EXPECT_EQ(summary.median, 20);
  EXPECT_EQ(summary.percentile_95, 38);
  EXPECT_EQ(summary.longest, 40);
  EXPECT_EQ(summary.truncated, 10);
  EXPECT_EQ(summary.kept_tokens, 30 * 31 / 2 + 10 * 30);
  EXPECT_EQ(summarize(split_of_lengths({7}), LabelSet({"a", "b"}), kMaxLength).percentile_95, 7);
}

TEST(Summary, CountsTextsThatStandTwice) {
  SplitRows split;
  const auto add = [&](std::uint64_t hash, std::int64_t tokens, std::int32_t label) {
    const std::vector<std::int32_t> ids{tokens == 0 ? 2 : 1};
    split.rows.add(ids, label);
    split.notes.push_back({hash, tokens, label});
  };
  add(10, 1, 0);
  add(10, 1, 1);
  add(10, 1, 0);
  add(20, 1, 1);
  add(20, 1, 1);
  add(30, 1, 0);
  add(99, 0, 0);  // empty texts do not count as duplicates
  add(99, 0, 1);
  const SplitSummary summary = summarize(split, LabelSet({"a", "b"}), 5, {{20, 1, 0}, {99, 0, 0}});
  EXPECT_EQ(summary.repeated, 3);
  EXPECT_EQ(summary.contradictory, 1);
  EXPECT_EQ(summary.also_in_training, 2);
  EXPECT_EQ(summary.empty, 2);
  EXPECT_EQ(summary.label_rows, (std::vector<std::int64_t>{4, 4}));
  EXPECT_EQ(summary.unknown_tokens, 6);
}

class Check : public ::testing::Test {
 protected:
  Check() {
    config_.base_directory = folder_.path();
    config_.data.train = "train.tsv";
    config_.data.validation = "dev.tsv";
  }
  void expect_said(const DataCheck& check, const std::string& sentence) const {
    EXPECT_NE(check.text.find("warning: " + sentence), std::string::npos) << check.text;
  }
  TemporaryFolder folder_;
  Config config_;
};

TEST_F(Check, FindsNothingInGoodData) {
  std::string train = "text\tlabel\n";
  for (int row = 0; row < 20; ++row) {
    train += "text number " + std::to_string(row) + (row % 2 == 0 ? "\tneg\n" : "\tpos\n");
  }
  folder_.write("train.tsv", train);
  std::string dev = "text\tlabel\n";
  for (int row = 0; row < 15; ++row) {
    const std::string text = "number " + std::to_string(row) + " text\t";
    dev += text + "neg\n" + text.substr(0, text.size() - 1) + " " + std::to_string(row) + "\tpos\n";
  }
  folder_.write("dev.tsv", dev);
  const DataCheck check = check_data(config_);
  EXPECT_EQ(check.warnings, 0) << check.text;
  EXPECT_EQ(check.text,
            "                                   training  validation\n"
            "  rows                                   20          30\n"
            "    label neg                            10          15\n"
            "    label pos                            10          15\n"
            "  tokens per text: fewest                 3           3\n"
            "    median                                3           3\n"
            "    95th percentile                       3           4\n"
            "    most                                  3           4\n"
            "  empty texts                             0           0\n"
            "  truncated texts                 0 (0.0 %)   0 (0.0 %)\n"
            "  unknown tokens                      0.0 %       0.0 %\n"
            "  rows that repeat a text                 0           0\n"
            "  rows whose text is in training          0           0\n"
            "  texts with several labels               0           0\n"
            "  vocabulary: 25 ids of at most 50000\n");
}

TEST_F(Check, SaysWhatToLookAt) {
  std::string train = "text\tlabel\n";
  for (int row = 0; row < 30; ++row) train += "a b c d e w" + std::to_string(row) + "\tpos\n";
  train += "same\tpos\nsame\tPos\n\tPos\n";
  folder_.write("train.tsv", train);
  folder_.write("dev.tsv", "text\tlabel\nsame\tpos\nq r s\tpos\n");
  std::get<TextInput>(config_.input).max_length = 5;
  const DataCheck check = check_data(config_);
  expect_said(check, "1 text in training without any token; the model reads <empty> instead.");
  expect_said(check,
              "90.9 % of the texts in training are truncated to input.max_length 5; 95 % of them "
              "have at most 6 tokens.");
  expect_said(check, "75.0 % of the tokens in validation are not in the vocabulary");
  expect_said(check, "1 row repeats the text of an earlier one in training.");
  expect_said(
      check,
      "1 text in validation can also be found in training; metrics on them are too optimistic.");
  expect_said(check, "1 text in training with more than one label.");
  expect_said(check, "label \"Pos\" has 2 rows in training, which is too few to learn from.");
  expect_said(check, "label \"Pos\" has no row in validation");
  expect_said(check,
              "labels \"Pos\" and \"pos\" differ only in case or white space; they are two labels, "
              "of 2 and 31 rows in training.");
  expect_said(check, "validation has 2 rows, too few to choose the best epoch; use a larger file");
  expect_said(check,
              "label \"pos\" has 93.9 % of the training rows, so that accuracy, which chooses the "
              "epoch, hides the other labels");
  EXPECT_EQ(check.warnings, 11) << check.text;
}

TEST_F(Check, ListsABoundedNumberOfLabels) {
  std::string train = "text\tlabel\n";
  for (int label = 0; label < 300; ++label) {
    train += "a" + std::to_string(label) + "\t" + std::to_string(label) + "\nb" +
             std::to_string(label) + "\t" + std::to_string(label) + ".0\n";
  }
  folder_.write("train.tsv", train);
  folder_.write("dev.tsv", "text\tlabel\nq\t1\n");
  const DataCheck check = check_data(config_);
  expect_said(check, "595 more of the 600 labels have fewer than 10 rows in training.");
  expect_said(check, "594 more of the 600 labels have no row in validation.");
  expect_said(check,
              "labels \"0\" and \"0.0\" are the same number; they are two labels, of 1 and 1 "
              "row in training.");
  expect_said(check, "295 more pairs of similar labels.");
  EXPECT_LT(check.warnings, 25) << check.text;
}

TEST_F(Check, CountsTextsWithInvisibleCharacters) {
  std::string train = "text\tlabel\n";
  for (int row = 0; row < 20; ++row) {
    train += "w\u200bord" + std::to_string(row) + (row % 2 == 0 ? "\tneg\n" : "\tpos\n");
  }
  folder_.write("train.tsv", train);
  folder_.write("dev.tsv", "text\tlabel\nword \u00adx\tneg\nword\tpos\n");
  const DataCheck check = check_data(config_);
  expect_said(check, "20 texts in training with invisible characters inside words, such as U+200B");
  expect_said(check, "1 text in validation with invisible characters inside words, such as U+00AD");
}

TEST_F(Check, AdvisesWhatCanHelpUnknownTokens) {
  std::string train = "text\tlabel\n";
  for (int row = 0; row < 10; ++row) train += "a b\tneg\nc d\tpos\n";
  folder_.write("train.tsv", train);
  folder_.write("dev.tsv", "text\tlabel\nx y\tneg\nz\tpos\n");
  const std::string unknown =
      "100.0 % of the tokens in validation are not in the vocabulary; consider ";
  expect_said(check_data(config_), unknown + "more training data, another tokenizer");
  VocabularySpec& spec = std::get<TextInput>(config_.input).vocabulary;
  spec.min_count = 5;
  expect_said(check_data(config_), unknown + "a smaller input.vocabulary.min_count.");
  spec.max_size = 5;
  expect_said(check_data(config_),
              unknown + "a larger input.vocabulary.max_size or a smaller min_count.");
}

TEST_F(Check, FindingsAreKeptInTheCache) {
  folder_.write("train.tsv", "text\tlabel\na\tx\na\tX\nb\tx\n");
  folder_.write("dev.tsv", "text\tlabel\nb\tx\n");
  const PreparedData fresh = prepare_data(config_, folder_.path());
  const PreparedData cached = prepare_data(config_, folder_.path());
  EXPECT_TRUE(cached.from_cache);
  EXPECT_EQ(cached.findings, fresh.findings);
  std::vector<std::string> defects;
  for (const DataFinding& finding : fresh.findings) {
    if (finding.level == FindingLevel::kDefect) defects.push_back(finding.sentence);
  }
  ASSERT_EQ(defects.size(), 3U);
  const auto error = testing::error_of([&] { report_findings(fresh.findings, /*strict=*/true); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_EQ(error->issues().size(), 3U);
}

TEST_F(Check, AVocabularyWithoutAWordIsAnError) {
  folder_.write("train.tsv", "text\tlabel\na b\tx\nc d\ty\n");
  folder_.write("dev.tsv", "text\tlabel\na\tx\n");
  std::get<TextInput>(config_.input).vocabulary.min_count = 2;
  const auto error = testing::error_of([&] { check_data(config_); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_NE(std::string(error->what())
                .find("train.tsv: no token occurs 2 times in the training texts, so the vocabulary "
                      "is empty; use a smaller /input/vocabulary/min_count"),
            std::string::npos)
      << error->what();
}

TEST_F(Check, RefusesWhatTrainingRefuses) {
  folder_.write("train.tsv", "text\tlabel\na\tx\n");
  folder_.write("dev.tsv", "text\tlabel\na\tx\n");
  const auto error = testing::error_of([&] { check_data(config_); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kData);
}

}  // namespace
}  // namespace sequent
