// Compares the update rules with torch::optim in the same precision.
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

/// Runs both optimizers on the same gradients and compares the weights after each step.
void expect_same_way(
    const OptimizerSpec& spec,
    const std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<torch::Tensor>)>&
        make_oracle) {
  torch::manual_seed(1);
  torch::Tensor ours = torch::randn({7, 3}).requires_grad_();
  torch::Tensor theirs = ours.detach().clone().requires_grad_();
  Optimizer optimizer(spec, {{"w", ours, /*decays=*/true, /*penalized=*/true}});
  const auto oracle = make_oracle({theirs});
  for (int step = 0; step < 50; ++step) {
    const torch::Tensor gradient = torch::randn({7, 3});
    ours.mutable_grad() = gradient.clone();
    theirs.mutable_grad() = gradient.clone();
    optimizer.step(optimizer.learning_rate());
    oracle->step();
    ASSERT_TRUE(all_near(ours, theirs, 2e-5)) << "step " << step;
  }
}

TEST(Optimizer, AdamIsTorchs) {
  expect_same_way(AdamSpec{.learning_rate = 0.01}, [](std::vector<torch::Tensor> weights) {
    return std::make_unique<torch::optim::Adam>(weights, torch::optim::AdamOptions(0.01));
  });
}

TEST(Optimizer, AdamWIsTorchs) {
  const AdamWSpec spec{.learning_rate = 0.01, .weight_decay = 0.1};
  expect_same_way(spec, [](std::vector<torch::Tensor> weights) {
    return std::make_unique<torch::optim::AdamW>(
        weights, torch::optim::AdamWOptions(0.01).weight_decay(0.1));
  });
}

TEST(Optimizer, SgdIsTorchs) {
  for (const bool nesterov : {false, true}) {
    const SgdSpec spec{.learning_rate = 0.1, .momentum = 0.9, .nesterov = nesterov};
    expect_same_way(spec, [&](std::vector<torch::Tensor> weights) {
      return std::make_unique<torch::optim::SGD>(
          weights, torch::optim::SGDOptions(0.1).momentum(0.9).nesterov(nesterov));
    });
  }
}

TEST(Optimizer, RmsPropIsTorchs) {
  const RmsPropSpec spec{.learning_rate = 0.01, .rho = 0.95, .epsilon = 1e-6, .momentum = 0.5};
  expect_same_way(spec, [](std::vector<torch::Tensor> weights) {
    return std::make_unique<torch::optim::RMSprop>(
        weights, torch::optim::RMSpropOptions(0.01).alpha(0.95).eps(1e-6).momentum(0.5));
  });
}

TEST(Optimizer, WeightDecaySparesBiases) {
  torch::Tensor bias = torch::ones({3}).requires_grad_();
  Optimizer optimizer(AdamWSpec{.weight_decay = 1}, {{"b", bias, /*decays=*/false, false}});
  bias.mutable_grad() = torch::zeros({3});
  optimizer.step(0.1);
  EXPECT_TRUE(all_near(bias, torch::ones({3}), 0));
}

TEST(Optimizer, ScaleActsOnTheGradient) {
  torch::Tensor weight = torch::zeros({2}).requires_grad_();
  Optimizer optimizer(SgdSpec{}, {{"w", weight, true, true}});
  weight.mutable_grad() = torch::tensor({4.0F, -8.0F});
  optimizer.step(/*learning_rate=*/1, /*gradient_scale=*/0.25);
  EXPECT_TRUE(all_near(weight, torch::tensor({-1.0F, 2.0F}), 0));
}

TEST(Optimizer, PenaltiesAreTheGradientsOfTheirSums) {
  torch::Tensor weight = torch::tensor({{1.0F, -2.0F}}).requires_grad_();
  torch::Tensor bias = torch::tensor({3.0F}).requires_grad_();
  std::vector<TrainedParameter> parameters = {{"w", weight, true, true}, {"b", bias, false, false}};
  weight.mutable_grad() = torch::zeros({1, 2});
  bias.mutable_grad() = torch::zeros({1});
  add_penalty_gradients(parameters, /*l1=*/0.1, /*l2=*/0.5);
  EXPECT_TRUE(all_near(weight.grad(), torch::tensor({{1.1F, -2.1F}}), 1e-6));
  EXPECT_EQ(bias.grad().item<float>(), 0);
  EXPECT_NEAR(gradient_norm(parameters), std::sqrt(1.1 * 1.1 + 2.1 * 2.1), 1e-6);
}

/// Takes steps with gradients in few rows of a table. Delayed steps must have the same result as
/// the plain update rule.
void expect_late_steps_equal_plain_ones(const OptimizerSpec& spec, double tolerance) {
  constexpr std::int64_t kRows = 12;
  constexpr std::int64_t kWidth = 21;
  constexpr int kSteps = 700;
  torch::manual_seed(4);
  torch::nn::Embedding plain(kRows, kWidth);
  torch::nn::Embedding late(kRows, kWidth);
  {
    const torch::NoGradGuard no_gradient;
    late->weight.copy_(plain->weight);
  }
  AveragedWeights plain_average(WeightAverage{.decay = 0.99}, *plain);
  AveragedWeights late_average(WeightAverage{.decay = 0.99}, *late);
  Optimizer plain_optimizer(spec, {{"weight", plain->weight, true, false}}, &plain_average);
  Optimizer late_optimizer(spec, {{"weight", late->weight, true, false, /*is_table=*/true}},
                           &late_average);
  for (int step = 0; step < kSteps; ++step) {
    // Row 11 never has a gradient, row 10 only in the beginning, rows 2.. sometimes, row 0 always.
    std::vector<std::int64_t> ids{0};
    for (std::int64_t row = 1; row < 10; ++row) {
      if ((step + row) % (1 << row) == 0) ids.push_back(row);
    }
    if (step < 3) ids.push_back(10);
    late_optimizer.catch_up([&](const auto&) -> const auto& { return ids; });
    const torch::Tensor index = torch::tensor(ids, torch::kInt64);
    // The rows that the model reads must be up to date.
    ASSERT_TRUE(all_near(late->weight.index_select(0, index), plain->weight.index_select(0, index),
                         tolerance))
        << "step " << step;
    const torch::Tensor values = torch::randn({index.size(0), kWidth});
    const torch::Tensor gradient =
        torch::sparse_coo_tensor(index.unsqueeze(0), values, {kRows, kWidth});
    late->weight.mutable_grad() = gradient.coalesce();
    plain->weight.mutable_grad() = gradient.to_dense();
    const double rate = 0.01 * (1 + step % 7);
    plain_optimizer.step(rate, 0.5);
    late_optimizer.step(rate, 0.5);
    if (step % 300 == 299) late_optimizer.flush();
  }
  late_optimizer.flush();
  EXPECT_TRUE(all_near(late->weight, plain->weight, tolerance));
  EXPECT_TRUE(all_near(late_average.of("weight"), plain_average.of("weight"), 5e-6));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(all_near(late_optimizer.state()[i].second, plain_optimizer.state()[i].second, 1e-6))
        << late_optimizer.state()[i].first;
  }
}

TEST(DelayedSteps, EndWhereThePlainRuleDoes) {
  expect_late_steps_equal_plain_ones(AdamSpec{}, 1e-6);
  expect_late_steps_equal_plain_ones(AdamSpec{.beta_1 = 0, .beta_2 = 0.99}, 1e-6);
  expect_late_steps_equal_plain_ones(AdamWSpec{.weight_decay = 0.1}, 1e-6);
  expect_late_steps_equal_plain_ones(SgdSpec{}, 1e-6);
  expect_late_steps_equal_plain_ones(SgdSpec{.momentum = 0.9, .nesterov = true}, 1e-6);
  expect_late_steps_equal_plain_ones(RmsPropSpec{}, 1e-6);
  expect_late_steps_equal_plain_ones(RmsPropSpec{.momentum = 0.8}, 1e-6);
}

}  // namespace
}  // namespace sequent
