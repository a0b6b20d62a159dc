#include "metrics/significance.h"

#include <gtest/gtest.h>

#include <vector>

namespace sequent {
namespace {

TEST(Significance, QuantilesOfStudentsTEqualScipys) {
  // scipy.stats.t.ppf
  EXPECT_NEAR(student_t_quantile(0.975, 4), 2.7764451051977934, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706204736174694, 1e-8);
  EXPECT_NEAR(student_t_quantile(0.9, 29), 1.311433647301551, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.01, 2.5), -5.353111173030874, 1e-8);
  EXPECT_NEAR(student_t_quantile(0.975, 1000), 1.9623390808264083, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.5, 7), 0, 1e-6);
}

TEST(Significance, McNemarEqualsScipysBinomialTest) {
  EXPECT_NEAR(mcnemar_exact(10, 3), 0.09228515625, 1e-12);
  EXPECT_NEAR(mcnemar_exact(3, 10), 0.09228515625, 1e-12);
  EXPECT_NEAR(mcnemar_exact(30, 12), 0.007915897334896727, 1e-12);
  EXPECT_NEAR(mcnemar_exact(0, 6), 0.03125, 1e-12);
  EXPECT_EQ(mcnemar_exact(5, 5), 1);
  EXPECT_EQ(mcnemar_exact(0, 0), 1);
}

TEST(Significance, SpreadIsCorrectedForOverlappingTrainingSets) {
  const std::vector<double> values{.80, .82, .78, .85, .81};
  const Spread plain = spread_of(values);
  EXPECT_NEAR(plain.mean, 0.812, 1e-12);
  EXPECT_NEAR(plain.deviation, 0.02588435821108954, 1e-12);
  EXPECT_NEAR(plain.interval.low, 0.7798603242926802, 1e-9);
  EXPECT_NEAR(plain.interval.high, 0.84413967570732, 1e-9);
  const Spread corrected = spread_of(values, 0.25);
  EXPECT_NEAR(corrected.interval.low, 0.7637904864390203, 1e-9);
  EXPECT_NEAR(corrected.interval.high, 0.8602095135609799, 1e-9);
}

TEST(Significance, BootstrapCoversTheMean) {
  std::vector<double> differences(400);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = i % 4 == 0 ? 1 : 0;
  const Interval found = bootstrap_mean(differences);
  // The normal interval: 0.25 +- 1.96 * sqrt(0.25 * 0.75 / 400)
  EXPECT_NEAR(found.low, 0.2076, 0.006);
  EXPECT_NEAR(found.high, 0.2924, 0.006);
  EXPECT_EQ(bootstrap_mean(differences).low, found.low);
  EXPECT_EQ(bootstrap_mean(std::vector<double>(10, 0.5)).high, 0.5);
}

}  // namespace
}  // namespace sequent
