// Curves of one class against all others.
#include "metrics/ranking.h"

#include <gtest/gtest.h>

#include <vector>

namespace sequent {
namespace {

// The example of scikit-learn's documentation: y_true = [0, 0, 1, 1].
const std::vector<ScoredRow> kRows{{0.1F, false}, {0.4F, false}, {0.35F, true}, {0.8F, true}};

TEST(OperatingPoints, EqualTheCurvesOfScikitLearn) {
  const std::vector<OperatingPoint> points = operating_points(kRows);
  // precision_recall_curve and roc_curve, by descending threshold
  const std::vector<double> thresholds{0.8, 0.4, 0.35, 0.1};
  const std::vector<double> precisions{1, 0.5, 2.0 / 3, 0.5};
  const std::vector<double> recalls{0.5, 0.5, 1, 1};
  const std::vector<double> false_positives{0, 0.5, 0.5, 1};
  const std::vector<double> f1{2.0 / 3, 0.5, 0.8, 2.0 / 3};
  ASSERT_EQ(points.size(), thresholds.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_NEAR(points[i].threshold, thresholds[i], 1e-7) << i;
    EXPECT_NEAR(points[i].precision, precisions[i], 1e-12) << i;
    EXPECT_NEAR(points[i].recall, recalls[i], 1e-12) << i;
    EXPECT_NEAR(points[i].false_positive_rate, false_positives[i], 1e-12) << i;
    EXPECT_NEAR(points[i].f1(), f1[i], 1e-12) << i;
  }
  // roc_auc_score and average_precision_score
  EXPECT_NEAR(ranking_quality(kRows).roc_auc, 0.75, 1e-12);
  EXPECT_NEAR(ranking_quality(kRows).average_precision, 5.0 / 6, 1e-12);
}

TEST(OperatingPoints, EqualScoresAreOnePoint) {
  const std::vector<OperatingPoint> points =
      operating_points({{0.5F, true}, {0.5F, false}, {0.2F, false}, {0.5F, true}});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_NEAR(points[0].precision, 2.0 / 3, 1e-12);
  EXPECT_NEAR(points[0].recall, 1, 1e-12);
  EXPECT_NEAR(points[0].false_positive_rate, 0.5, 1e-12);
}

TEST(OperatingPoints, WithoutAHitTheF1IsZero) {
  EXPECT_EQ(operating_points({{0.9F, false}, {0.1F, true}}).front().f1(), 0);
}

}  // namespace
}  // namespace sequent
