// Calibration, abstention and conformal prediction. Values marked as NumPy's were computed from the
// same rows with NumPy, SciPy's minimize_scalar and scikit-learn's brier_score_loss and log_loss.
#include "metrics/confidence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "metrics/conformal.h"
#include "metrics/temperature.h"
#include "report/conformal_level.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {
namespace {

using testing::error_of;

/// Logits 3 sin(1.7 i + 2.3 k). Every third row is right; the others have arbitrary classes.
LogitRows overconfident_rows(std::size_t count, std::size_t classes) {
  LogitRows rows{classes, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < classes; ++k) {
      rows.logits.push_back(static_cast<float>(
          3 * std::sin(1.7 * static_cast<double>(i) + 2.3 * static_cast<double>(k))));
    }
    const std::span<const float> row = rows.row(i);
    const auto best = std::max_element(row.begin(), row.end()) - row.begin();
    rows.truths.push_back(i % 3 == 0 ? best : static_cast<std::int64_t>((i * i + i / 3) % classes));
  }
  return rows;
}

void expect_quality(const ProbabilityQuality& found, const ProbabilityQuality& expected) {
  EXPECT_NEAR(found.loss, expected.loss, 1e-6);
  EXPECT_NEAR(found.brier, expected.brier, 1e-6);
  EXPECT_NEAR(found.ece, expected.ece, 1e-6);
}

TEST(Temperature, IsThatOfScipy) {
  const LogitRows three = overconfident_rows(60, 3);
  const double temperature = fit_temperature(three);
  EXPECT_NEAR(temperature, 5.085417949, 1e-5);
  expect_quality(tempered_quality(three, 1), {1.7703244356, 0.7551763404, 0.3499343594});
  expect_quality(tempered_quality(three, temperature), {1.0152786512, 0.6057162749, 0.1212339888});
  expect_quality(cross_fitted_quality(three), {1.0173215401, 0.6069243098, 0.1290366972});

  const LogitRows two = overconfident_rows(80, 2);
  EXPECT_NEAR(fit_temperature(two), 6.267645336, 1e-5);
  expect_quality(tempered_quality(two, 1), {1.2604067048, 0.2982468949, 0.2918324761});
}

TEST(Temperature, NeverChangesThePredictedClass) {
  const LogitRows rows = overconfident_rows(500, 7);
  for (const double temperature : {0.05, 0.7, 1.0, 3.3, 20.0}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::span<const float> logits = rows.row(i);
      const std::vector<float> found = tempered_softmax(logits, temperature);
      EXPECT_EQ(std::max_element(found.begin(), found.end()) - found.begin(),
                std::max_element(logits.begin(), logits.end()) - logits.begin());
    }
  }
}

TEST(Temperature, StaysWithinBoundsIfAllRowsAreRight) {
  LogitRows rows{2, {}, {}};
  for (int i = 0; i < 200; ++i) {
    rows.logits.insert(rows.logits.end(), {2, -2});
    rows.truths.push_back(0);
  }
  // With 201 rows, of which one is half right: sigmoid(4 / T) = 200.5 / 201.
  EXPECT_NEAR(fit_temperature(rows), 4 / std::log(200.5 / 0.5), 1e-6);
}

TEST(Confidence, OfFiveRowsByHand) {
  const std::vector<ConfidentRow> rows{
      {0.9F, true}, {0.9F, false}, {0.8F, true}, {0.6F, true}, {0.5F, false}};
  // Two bins: (0, 0.5] has one row, wrong; (0.5, 1] has four with 3 right and a sum of 3.2.
  EXPECT_NEAR(expected_calibration_error(rows, 2), (0.5 + 0.2) / 5, 1e-7);
  const RiskCoverage curve = risk_coverage(rows);
  ASSERT_EQ(curve.points.size(), 4U);
  EXPECT_NEAR(curve.points[0].coverage, 0.4, 1e-12);
  EXPECT_NEAR(curve.points[0].accuracy, 0.5, 1e-12);
  EXPECT_NEAR(curve.points[1].accuracy, 2.0 / 3, 1e-12);
  EXPECT_NEAR(curve.points[3].accuracy, 0.6, 1e-12);
  EXPECT_NEAR(curve.area, (0.5 + 0.5 + 1.0 / 3 + 0.25 + 0.4) / 5, 1e-12);
  EXPECT_FLOAT_EQ(static_cast<float>(point_of_coverage(curve.points, 0.5).threshold), 0.8F);
  EXPECT_FLOAT_EQ(static_cast<float>(point_of_precision(curve.points, 0.7)->threshold), 0.6F);
  EXPECT_FALSE(point_of_precision(curve.points, 0.9));
}

TEST(Confidence, DoesNotDependOnTheOrderOfRows) {
  std::vector<ConfidentRow> rows;
  for (int i = 0; i < 100; ++i) rows.push_back({0.1F * static_cast<float>(i % 10), i % 3 == 0});
  std::vector<ConfidentRow> reversed(rows.rbegin(), rows.rend());
  EXPECT_EQ(reliability_bins(rows), reliability_bins(reversed));
  EXPECT_EQ(risk_coverage(rows).points, risk_coverage(reversed).points);
  EXPECT_EQ(risk_coverage(rows).area, risk_coverage(reversed).area);
}

TEST(Confidence, ReportHasNumPysValues) {
  const LogitRows rows = overconfident_rows(60, 3);
  ClassificationMetrics metrics({"a", "b", "c"});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    metrics.add(tempered_softmax(rows.row(i), 1), rows.truths[i]);
  }
  ClassificationReport report = metrics.report();
  EXPECT_NEAR(report.ece.value(), 0.3499343594, 1e-6);
  EXPECT_NEAR(report.brier.value(), 0.7551763404, 1e-6);
  EXPECT_NEAR(report.aurc.value(), 0.4380338505, 1e-6);
  EXPECT_EQ(report.reliability.size(), 15U);
  report.calibration = CalibrationReport();
  report.calibration->rows = 60;
  report.calibration->temperature = 5.1;
  report.conformal = {{1, 0.1, 0.2}, {60, 0.9, 1}};
  EXPECT_EQ(report_from_json(report_to_json(to_report(report)), Task()), to_report(report));
}

TEST(Confidence, AbstentionIsChosenOnTheCurve) {
  ClassificationReport report;
  const LogitRows rows = overconfident_rows(200, 3);
  ClassificationMetrics metrics({"a", "b", "c"});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    metrics.add(tempered_softmax(rows.row(i), 1), rows.truths[i]);
  }
  report = metrics.report();
  const auto without = error_of([&] { add_abstention(to_report(report), {std::nullopt, 0.5}); });
  EXPECT_EQ(without->kind(), ErrorKind::kArtifact);
  report.calibration = CalibrationReport{};
  const Report half = add_abstention(to_report(report), {std::nullopt, 0.5});
  EXPECT_NEAR(half.value("calibration.abstain_coverage").value(), 0.5, 0.011);
  const double accuracy = half.value("calibration.abstain_accuracy").value();
  const Report as_right = add_abstention(to_report(report), {accuracy, std::nullopt});
  EXPECT_GE(as_right.value("calibration.abstain_coverage").value(),
            half.value("calibration.abstain_coverage").value());
  const auto never = error_of([&] { add_abstention(to_report(report), {1.0, std::nullopt}); });
  EXPECT_EQ(never->kind(), ErrorKind::kUsage);
}

TEST(Conformal, RanksByHand) {
  EXPECT_EQ(conformal_rank(99, 0.9), 90);
  EXPECT_EQ(conformal_rank(9, 0.9), 9);
  EXPECT_GT(conformal_rank(8, 0.9), 8);
  EXPECT_EQ(rows_for_level(0.9), 9);
  EXPECT_EQ(rows_for_level(0.99), 99);
  EXPECT_EQ(rows_for_level(0.5), 1);
  const std::vector<RankedValue> values = ranked_values({4, 1, 3, 2, 5, 6, 7, 8, 9, 10}, 5);
  EXPECT_EQ(values, (std::vector<RankedValue>{{2, 2}, {4, 4}, {6, 6}, {8, 8}, {10, 10}}));
  EXPECT_EQ(conformal_bound(values, 0.5).value(), 6);  // rank ceil(11 * 0.5) = 6
  EXPECT_EQ(conformal_bound(values, 0.6).value(), 8);  // rank 7
  EXPECT_FALSE(conformal_bound(values, 0.95));
}

TEST(Conformal, TooFewRowsAreCounted) {
  const auto error = error_of([] {
    bound_of_level(ranked_values({1, 2, 3}), 0.9, "prediction sets", "m.pt");
  });
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(error->what()).find("at least 9 validation rows, and the model has 3"),
            std::string::npos)
      << error->what();
  EXPECT_EQ(error_of([] { bound_of_level({}, 0.9, "intervals", "m.pt"); })->kind(),
            ErrorKind::kArtifact);
  EXPECT_EQ(error_of([] {
              bound_of_level({{1, 1}}, 1.0, "intervals", "m.pt");
            })->kind(),
            ErrorKind::kUsage);
}

TEST(Conformal, RanksThatAreOutOfRangeAreDamage) {
  ReportTable table{"conformal", "", {{"rank", ""}, {"lac", ""}}, {}};
  for (const std::int64_t rank : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    table.rows = {{rank, 0.5}};
    const auto error = error_of([&] { ranked_column(Report{{table}}, "conformal", "lac"); });
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  }
}

TEST(Conformal, AdaptiveScoresByHand) {
  const std::vector<float> probabilities{0.25F, 0.5F, 0.125F, 0.125F};
  const std::vector<double> scores = conformal_scores(ConformalScore::kAps, probabilities);
  const double share = scores[1] / 0.5;
  EXPECT_GE(share, 0);
  EXPECT_LT(share, 1);
  EXPECT_NEAR(scores[0], 0.5 + share * 0.25, 1e-12);
  EXPECT_NEAR(scores[2], 0.75 + share * 0.125, 1e-12);
  EXPECT_NEAR(scores[3], 0.875 + share * 0.125, 1e-12);
  EXPECT_EQ(conformal_scores(ConformalScore::kLac, probabilities)[0], 0.75);
}

/// A row of a source whose classes have exactly these probabilities.
std::vector<float> drawn_row(std::mt19937& generator, std::size_t classes, std::int64_t& truth) {
  std::normal_distribution<double> noise(0, 2);
  std::vector<float> logits(classes);
  for (float& logit : logits) logit = static_cast<float>(noise(generator));
  std::vector<float> probabilities = tempered_softmax(logits, 1);
  truth = std::discrete_distribution<std::int64_t>(probabilities.begin(),
                                                   probabilities.end())(generator);
  return probabilities;
}

/// Over 20 splits, the mean share of 1,000 new rows whose set contains the truth.
double mean_coverage(ConformalScore kind, double level) {
  constexpr int kSplits = 20;
  constexpr int kRows = 1000;
  std::mt19937 generator(5);
  const auto score_of_next = [&] {
    std::int64_t truth = 0;
    const std::vector<float> row = drawn_row(generator, 6, truth);
    return conformal_scores(kind, row)[static_cast<std::size_t>(truth)];
  };
  double covered = 0;
  for (int split = 0; split < kSplits; ++split) {
    std::vector<double> scores(kRows);
    for (double& score : scores) score = score_of_next();
    const double bound = conformal_bound(ranked_values(scores), level).value();
    for (int i = 0; i < kRows; ++i) covered += score_of_next() <= bound ? 1 : 0;
  }
  return covered / (kSplits * kRows);
}

TEST(Conformal, CoversAsOftenAsRequested) {
  for (const double level : {0.8, 0.9, 0.95}) {
    EXPECT_NEAR(mean_coverage(ConformalScore::kLac, level), level, 0.01) << level;
    EXPECT_NEAR(mean_coverage(ConformalScore::kAps, level), level, 0.01) << level;
  }
}

}  // namespace
}  // namespace sequent
