#include "search/parzen.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sequent {
namespace {

// Expected values: Optuna 3.6.1's _ParzenEstimator.log_pdf with multivariate=True, prior weight 1,
// magic clip and the default weights, for FloatDistribution(-1, 3), FloatDistribution(1e-4, 1e-1,
// log=True), IntDistribution(2, 10, step=2) and CategoricalDistribution of 3 values.

std::vector<ParzenAxis> mixed_axes() {
  return {{-1, 3},
          {std::log(1e-4), std::log(1e-1)},
          {2, 10, 2},
          {.low = 0, .high = 0, .step = 0, .choices = 3}};
}

const std::vector<std::vector<double>> kPoints = {
    {0.4, std::log(2e-3), 4, 0}, {-1.0, std::log(1e-4), 8, 1}, {2.9, std::log(5e-2), 10, 2}};

void expect_densities(const ParzenEstimator& estimator, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(estimator.log_density(kPoints[i]), expected[i], 1e-9) << "point " << i;
  }
}

TEST(ParzenTest, DensitiesOfMixedOptionsAreOptunas) {
  const ParzenEstimator estimator(
      mixed_axes(),
      {{0.5, std::log(1e-3), 4, 0}, {2.0, std::log(2e-2), 10, 2}, {-0.75, std::log(5e-4), 2, 2}});
  expect_densities(estimator, {-4.475659226315941, -7.4616071255649326, -4.7975433557595775});
}

TEST(ParzenTest, WithoutObservationsOnlyThePriorIsLeft) {
  expect_densities(ParzenEstimator(mixed_axes(), {}),
                   {-5.939104266007217, -6.175654873639135, -6.178130379643129});
}

TEST(ParzenTest, EarlyObservationsOfManyWeighLess) {
  std::vector<std::vector<double>> observations;
  for (int i = 0; i < 30; ++i) observations.push_back({i / 29.0});
  const ParzenEstimator estimator({{0, 1}}, observations);
  EXPECT_NEAR(estimator.weights()[0], 0.00116618, 1e-8);
  EXPECT_NEAR(estimator.weights()[1], 0.00962099, 1e-8);
  EXPECT_NEAR(estimator.weights()[4], 0.03498542, 1e-8);
  EXPECT_NEAR(estimator.weights()[30], 0.03498542, 1e-8);
  EXPECT_NEAR(estimator.log_density({0.0}), -0.9926377801232733, 1e-9);
  EXPECT_NEAR(estimator.log_density({0.3}), 0.04883112401083256, 1e-9);
  EXPECT_NEAR(estimator.log_density({0.95}), 0.06941485528156455, 1e-9);
}

TEST(ParzenTest, SamplesFollowTheDensity) {
  const ParzenEstimator estimator({{0, 4, 1}, {.low = 0, .high = 0, .step = 0, .choices = 2}},
                                  {{1, 0}, {3, 1}, {1, 0}});
  std::vector<double> counts(10, 0);
  constexpr int kDraws = 40000;
  for (int i = 0; i < kDraws; ++i) {
    TrialRandom random(5, i);
    const std::vector<double> point = estimator.sample(random);
    counts[static_cast<std::size_t>(point[0] * 2 + point[1])] += 1.0 / kDraws;
  }
  double sum = 0;
  for (int x = 0; x < 5; ++x) {
    for (int y = 0; y < 2; ++y) {
      const double expected =
          std::exp(estimator.log_density({static_cast<double>(x), static_cast<double>(y)}));
      sum += expected;
      // Five standard deviations of a share of 0.5.
      EXPECT_NEAR(counts[static_cast<std::size_t>(2 * x + y)], expected, 0.0125);
    }
  }
  EXPECT_NEAR(sum, 1, 1e-9);
}

}  // namespace
}  // namespace sequent
