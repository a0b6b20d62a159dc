#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <limits>

#include "random_rows.h"
#include "sequent/report.h"
#include "support.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::numbered_labels;
using testing::random_rows;
using testing::RandomRow;
using testing::report_of_rows;

ClassificationMetrics metrics_of(std::vector<std::string> labels,
                                 const std::vector<RandomRow>& rows) {
  ClassificationMetrics metrics(std::move(labels));
  for (const RandomRow& row : rows) metrics.add(row.probabilities, row.truth);
  return metrics;
}

TEST(ClassificationMetrics, FourRowsByHand) {
  const ClassificationReport report =
      metrics_of({"no", "yes"},
                 {{{0.9F, 0.1F}, 0}, {{0.4F, 0.6F}, 0}, {{0.2F, 0.8F}, 1}, {{0.7F, 0.3F}, 1}})
          .report();
  EXPECT_EQ(report.count, 4);
  EXPECT_EQ(report.top_k, 1);
  EXPECT_EQ(dense_counts(report.confusion.cells(), 2),
            (std::vector<std::vector<std::int64_t>>{{1, 1}, {1, 1}}));
  EXPECT_DOUBLE_EQ(report.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(report.top_k_accuracy, 0.5);
  EXPECT_NEAR(report.loss, -(std::log(0.9) + std::log(0.4) + std::log(0.8) + std::log(0.3)) / 4,
              1e-7);
  EXPECT_DOUBLE_EQ(report.macro.f1, 0.5);
  EXPECT_DOUBLE_EQ(report.micro.f1, 0.5);
  EXPECT_DOUBLE_EQ(report.matthews, 0);
  // In descending order of the score of "yes": 0.8 yes, 0.6 no, 0.3 yes, 0.1 no.
  EXPECT_DOUBLE_EQ(report.roc_auc.value(), 3.0 / 4);
  EXPECT_DOUBLE_EQ(report.average_precision.value(), (1.0 + 2.0 / 3) / 2);
}

TEST(ClassificationMetrics, OfClassesWithAnOrderAreThoseOfScikitLearn) {
  // cohen_kappa_score(truths, predicted, weights="quadratic") and mean_absolute_error.
  const std::vector<std::int64_t> truths{0, 0, 1, 1, 2, 2, 2, 3, 3, 0};
  const std::vector<std::size_t> predicted{0, 1, 1, 3, 2, 2, 0, 3, 2, 0};
  // The order of the classes differs from that of their ranks.
  const std::vector<std::int64_t> ranks{2, 0, 3, 1};
  const std::vector<std::size_t> class_of{1, 3, 0, 2};
  std::vector<RandomRow> rows;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    RandomRow& row = rows.emplace_back();
    row.probabilities.assign(4, 0.1F);
    row.probabilities[class_of[predicted[i]]] = 0.7F;
    row.truth = static_cast<std::int64_t>(class_of[static_cast<std::size_t>(truths[i])]);
  }
  ClassificationReport report = metrics_of({"a", "b", "c", "d"}, rows).report();
  EXPECT_FALSE(report.quadratic_kappa);
  add_ordinal_values(report, ranks);
  EXPECT_NEAR(report.quadratic_kappa.value(), 0.596774193548387, 1e-12);
  EXPECT_NEAR(report.rank_mae.value(), 0.6, 1e-12);
  EXPECT_EQ(report_from_json(report_to_json(to_report(report)), Task()), to_report(report));
}

TEST(ClassificationMetrics, ThreeClassesByHand) {
  const ClassificationReport report = metrics_of({"a", "b", "c"}, {{{0.8F, 0.1F, 0.1F}, 0},
                                                                   {{0.6F, 0.3F, 0.1F}, 0},
                                                                   {{0.1F, 0.5F, 0.4F}, 1},
                                                                   {{0.2F, 0.3F, 0.5F}, 1},
                                                                   {{0.7F, 0.2F, 0.1F}, 2},
                                                                   {{0.1F, 0.1F, 0.8F}, 2}})
                                          .report();
  EXPECT_EQ(dense_counts(report.confusion.cells(), report.confusion.size()),
            (std::vector<std::vector<std::int64_t>>{{2, 0, 0}, {0, 1, 1}, {1, 0, 1}}));
  EXPECT_EQ(report.top_k, 2);
  EXPECT_DOUBLE_EQ(report.top_k_accuracy, 5.0 / 6);
  EXPECT_DOUBLE_EQ(report.per_class[0].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.per_class[0].recall, 1);
  EXPECT_DOUBLE_EQ(report.per_class[0].f1, 0.8);
  EXPECT_DOUBLE_EQ(report.per_class[1].f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.per_class[2].f1, 0.5);
  EXPECT_DOUBLE_EQ(report.macro.f1, (0.8 + 2.0 / 3 + 0.5) / 3);
  EXPECT_DOUBLE_EQ(report.weighted.f1, report.macro.f1);
  // R_K: (4 * 6 - (2*3 + 2*1 + 2*2)) / sqrt((36 - 12) * (36 - 14)).
  EXPECT_DOUBLE_EQ(report.matthews, 12 / std::sqrt(24.0 * 22.0));
}

TEST(ClassificationMetrics, TheFirstOfEqualClassesIsPredicted) {
  const ClassificationReport report =
      metrics_of({"a", "b", "c", "d"},
                 {{{0.25F, 0.25F, 0.25F, 0.25F}, 0}, {{0.25F, 0.25F, 0.25F, 0.25F}, 3}})
          .report();
  EXPECT_EQ(report.confusion.count(0, 0), 1);
  EXPECT_EQ(report.confusion.count(3, 0), 1);
  EXPECT_DOUBLE_EQ(report.top_k_accuracy, 0.5);
}

TEST(ClassificationMetrics, EqualScoresCountHalf) {
  const ClassificationReport report =
      metrics_of({"a", "b"},
                 {{{0.5F, 0.5F}, 0}, {{0.5F, 0.5F}, 1}, {{0.5F, 0.5F}, 0}, {{0.5F, 0.5F}, 1}})
          .report();
  EXPECT_DOUBLE_EQ(report.roc_auc.value(), 0.5);
  EXPECT_DOUBLE_EQ(report.average_precision.value(), 0.5);
}

TEST(ClassificationMetrics, UndefinedValuesAreAbsent) {
  const ClassificationReport one_class =
      metrics_of({"a", "b"}, {{{0.4F, 0.6F}, 1}, {{0.1F, 0.9F}, 1}}).report();
  EXPECT_FALSE(one_class.roc_auc.has_value());
  EXPECT_FALSE(one_class.average_precision.has_value());
  EXPECT_EQ(one_class.matthews, 0);
  EXPECT_EQ(one_class.per_class[0].precision, 0);
  EXPECT_EQ(one_class.per_class[0].recall, 0);
}

TEST(ClassificationMetrics, AnImpossibleTruthCostsABoundedLoss) {
  const ClassificationReport report = metrics_of({"a", "b"}, {{{1, 0}, 1}}).report();
  EXPECT_NEAR(report.loss, -std::log(1e-7), 1e-9);
}

TEST(ClassificationMetrics, ReadingsOfOneRowAreConsistent) {
  for (const std::size_t classes : {2U, 3U, 5U, 20U}) {
    const auto labels = numbered_labels(classes);
    const ClassificationReport report = report_of_rows(random_rows(7, 500, classes), labels);
    EXPECT_DOUBLE_EQ(report.micro.f1, report.accuracy);
    EXPECT_DOUBLE_EQ(report.weighted.recall, report.accuracy);
    EXPECT_GE(report.top_k_accuracy, report.accuracy);
    EXPECT_GT(report.roc_auc.value(), 0.7);
  }
}

TEST(ClassificationMetrics, MergingIsAddingInSequence) {
  std::mt19937 generator(11);
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const std::size_t classes = 2 + seed % 5;
    const auto labels = numbered_labels(classes);
    const std::vector<RandomRow> rows = random_rows(seed, 60, classes);
    ClassificationMetrics merged(labels);
    ClassificationMetrics part(labels);
    std::bernoulli_distribution cut(0.1);
    for (const RandomRow& row : rows) {
      part.add(row.probabilities, row.truth);
      if (!cut(generator)) continue;
      merged.merge(part);
      part = ClassificationMetrics(labels);
    }
    merged.merge(part);
    EXPECT_EQ(merged.report(), report_of_rows(rows, labels)) << "seed " << seed;
  }
}

TEST(ClassificationMetrics, MergingWithItselfDoublesTheRows) {
  const auto labels = numbered_labels(3);
  std::vector<RandomRow> rows = random_rows(3, 30, 3);
  ClassificationMetrics metrics = metrics_of(labels, rows);
  metrics.merge(metrics);
  const std::vector<RandomRow> copy = rows;
  rows.insert(rows.end(), copy.begin(), copy.end());
  EXPECT_EQ(metrics.report(), report_of_rows(rows, labels));
}

TEST(ClassificationMetrics, MisuseIsNamed) {
  ClassificationMetrics metrics({"a", "b"});
  const std::vector<float> good{0.5F, 0.5F};
  const std::vector<float> three{0.3F, 0.3F, 0.4F};
  const std::vector<float> broken{0.5F, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(error_of([&] { metrics.report(); })->kind(), ErrorKind::kData);
  EXPECT_EQ(error_of([&] { metrics.add(three, 0); })->kind(), ErrorKind::kInternal);
  EXPECT_EQ(error_of([&] { metrics.add(good, 2); })->kind(), ErrorKind::kInternal);
  EXPECT_EQ(error_of([&] { metrics.add(good, -1); })->kind(), ErrorKind::kInternal);
  const auto diverged = error_of([&] { metrics.add(broken, 0); });
  EXPECT_EQ(diverged->kind(), ErrorKind::kNumeric);
  EXPECT_NE(std::string(diverged->what()).find("metrics: row 0: the probability of \"b\""),
            std::string::npos)
      << diverged->what();
  EXPECT_EQ(error_of([&] {
              metrics.merge(ClassificationMetrics({"a", "c"}));
            })->kind(),
            ErrorKind::kInternal);
  EXPECT_EQ(error_of([] { ClassificationMetrics({"a"}); })->kind(), ErrorKind::kInternal);
  // The rejected rows have no effect.
  metrics.add(good, 0);
  EXPECT_EQ(metrics.report().count, 1);
}

TEST(ClassificationReport, WarnsOfClassesThatAreNeverPredicted) {
  // Of four classes, "c" and "d" have rows, but only "a" and "b" are predicted.
  const std::vector<std::string> labels{"a", "b", "c", "d"};
  const auto report = metrics_of(labels, {{{0.7F, 0.1F, 0.1F, 0.1F}, 0},
                                          {{0.1F, 0.7F, 0.1F, 0.1F}, 2},
                                          {{0.1F, 0.7F, 0.1F, 0.1F}, 3}})
                          .report();
  ASSERT_EQ(to_report(report).warnings().size(), 1U);
  EXPECT_NE(to_report(report).warnings()[0].find("2 of the 3 labels with rows are never predicted: "
                                                 "\"c\", \"d\"; consider \"class_weights\""),
            std::string::npos)
      << to_report(report).warnings()[0];
  const auto same = metrics_of({"a", "b"}, {{{0.7F, 0.3F}, 0}, {{0.6F, 0.4F}, 1}}).report();
  ASSERT_EQ(to_report(same).warnings().size(), 1U);
  EXPECT_EQ(to_report(same).warnings()[0].find("all 2 rows are predicted as \"a\"; consider"), 0U);
  const auto good = metrics_of({"a", "b"}, {{{0.7F, 0.3F}, 0}, {{0.4F, 0.6F}, 1}}).report();
  EXPECT_TRUE(to_report(good).warnings().empty());
}

TEST(ClassificationMetrics, OfVeryManyClassesHaveNoRanking) {
  constexpr std::size_t kClasses = ClassificationMetrics::kMostRanked + 1;
  ClassificationMetrics metrics(numbered_labels(kClasses));
  metrics.resize(kClasses);
  std::vector<float> row(kClasses, 0.0F);
  for (std::size_t i = 0; i < kClasses; ++i) {
    row[i] = 1;
    metrics.set(i, row, static_cast<std::int64_t>(i == 7 ? 8 : i));
    row[i] = 0;
  }
  const ClassificationReport report = metrics.report();
  EXPECT_EQ(report.roc_auc, std::nullopt);
  EXPECT_DOUBLE_EQ(report.accuracy, 1000.0 / 1001);
  EXPECT_EQ(report.confusion.cells().size(), kClasses);
  EXPECT_EQ(report.confusion.count(8, 7), 1);
}

TEST(ClassificationMetrics, ManyRowsAndClassesAreQuick) {
  const auto labels = numbered_labels(100);
  const std::vector<RandomRow> rows = random_rows(5, 25000, 100);
  const std::clock_t begin = std::clock();  // CPU time of this process, without other programs
  const ClassificationReport report = report_of_rows(rows, labels);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_EQ(report.count, 25000);
  EXPECT_LT(seconds, 10);
}

}  // namespace
}  // namespace sequent
