// Tests the formula, the gradients and the numerical stability of the proportional odds model.
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

constexpr std::int64_t kClasses = 4;

torch::Tensor log_probabilities(OrdinalImpl& layer, const torch::Tensor& input) {
  const Batch batch{input, {}};
  return layer.forward(input, {batch, {}});
}

OrdinalImpl layer_in_double() {
  OrdinalImpl layer(3, kClasses);
  layer.to(torch::kFloat64);
  torch::manual_seed(4);
  const torch::NoGradGuard no_gradient;
  layer.weight.normal_();
  layer.first.fill_(-0.7);
  layer.gaps.copy_(torch::tensor({0.4, -1.1}, torch::kFloat64));
  layer.set_ranks({2, 0, 3, 1});
  return layer;
}

TEST(Ordinal, ProbabilitiesAreDifferencesOfSigmoids) {
  OrdinalImpl layer = layer_in_double();
  const torch::Tensor input = torch::randn({5, 3}, torch::kFloat64);
  const torch::Tensor found = log_probabilities(layer, input).exp();
  const std::vector<double> thresholds{
      -0.7, -0.7 + std::log1p(std::exp(0.4)),
      -0.7 + std::log1p(std::exp(0.4)) + std::log1p(std::exp(-1.1))};
  const std::vector<std::int64_t> ranks{2, 0, 3, 1};
  for (std::int64_t row = 0; row < 5; ++row) {
    const double score = input[row].dot(layer.weight[0]).item<double>();
    const auto up_to = [&](std::int64_t rank) {
      if (rank < 0) return 0.0;
      if (rank >= kClasses - 1) return 1.0;
      return 1 / (1 + std::exp(score - thresholds[static_cast<std::size_t>(rank)]));
    };
    for (std::int64_t label = 0; label < kClasses; ++label) {
      const std::int64_t rank = ranks[static_cast<std::size_t>(label)];
      EXPECT_NEAR(found[row][label].item<double>(), up_to(rank) - up_to(rank - 1), 1e-12);
    }
  }
  EXPECT_TRUE(all_near(found.sum(1), torch::ones({5}), 1e-12));
}

TEST(Ordinal, GradientsAreThoseOfFiniteDifferences) {
  OrdinalImpl layer = layer_in_double();
  const torch::Tensor input = torch::randn({5, 3}, torch::kFloat64);
  const torch::Tensor labels = torch::tensor({0, 1, 2, 3, 1}, torch::kInt64);
  const auto loss = [&] {
    return -log_probabilities(layer, input).gather(1, labels.unsqueeze(1)).sum();
  };
  testing::expect_gradients_of_differences(layer, loss, 20, 1e-7);
}

TEST(Ordinal, StaysFiniteFarFromTheThresholds) {
  OrdinalImpl layer(1, 5);
  at::Generator generator = torch::make_generator<at::CPUGeneratorImpl>(1);
  layer.initialize(Initialization::kKeras, generator);
  const torch::Tensor even = log_probabilities(layer, torch::zeros({1, 1})).exp();
  EXPECT_TRUE(all_near(even, torch::full({1, 5}, 0.2), 1e-6));
  {
    const torch::NoGradGuard no_gradient;
    layer.weight.fill_(1);
  }
  const torch::Tensor input = torch::tensor({{-90.0F}, {90.0F}});
  const torch::Tensor found = log_probabilities(layer, input);
  EXPECT_TRUE(found.isfinite().all().item<bool>());
  found.sum().backward();
  EXPECT_TRUE(layer.gaps.grad().isfinite().all().item<bool>());
  EXPECT_NEAR(found[1][4].item<double>(), 0, 1e-6);
  EXPECT_NEAR(found[0][0].item<double>(), 0, 1e-6);
}

TEST(Ordinal, OfTwoClassesIsALogisticRegression) {
  OrdinalImpl layer(1, 2);
  {
    const torch::NoGradGuard no_gradient;
    layer.weight.fill_(2);
    layer.first.fill_(0.5);
  }
  const torch::Tensor found = log_probabilities(layer, torch::tensor({{1.0F}})).exp();
  EXPECT_NEAR(found[0][1].item<double>(), 1 / (1 + std::exp(0.5 - 2)), 1e-6);
}

}  // namespace
}  // namespace sequent
