// The cell sru against its formula in plain C++, its gradients against difference quotients, and
// its options.
#include <gtest/gtest.h>

#include <cmath>

#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

constexpr std::int64_t kInput = 3;
constexpr std::int64_t kUnits = 5;
constexpr std::int64_t kSteps = 6;
const std::vector<std::int64_t> kLengths{6, 1, 4};

RecurrentOptions sru_options() {
  RecurrentOptions options{CellKind::kSru, kInput, kUnits};
  options.return_sequences = true;
  return options;
}

RecurrentImpl random_layer(const RecurrentOptions& options) {
  RecurrentImpl layer(options);
  layer.to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : layer.parameters()) parameter.normal_(0, 0.6);
  return layer;
}

/// Runs the layer on rows of kLengths. Padding is 0 in the result.
torch::Tensor run(RecurrentImpl& layer, const torch::Tensor& input) {
  const torch::Tensor lengths = torch::tensor(kLengths, torch::kInt64);
  const Batch batch{torch::zeros({input.size(0), kSteps}, torch::kInt64), lengths};
  const torch::Tensor padding = torch::arange(kSteps).unsqueeze(0) >= lengths.unsqueeze(1);
  return layer.forward(input, {batch, padding}).masked_fill(padding.unsqueeze(2), 0);
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// The formula, unit by unit. `direction` is 0 or 1 (backward). Shapes: input [B, T, I] -> [B, T,
/// H].
torch::Tensor plain_sru(const RecurrentImpl& layer, const torch::Tensor& input,
                        std::size_t direction) {
  const RecurrentImpl::Direction& parameters = layer.directions[direction];
  const auto weight = parameters.weight_ih.accessor<double, 2>();
  const auto bias = parameters.bias_ih.accessor<double, 1>();
  const auto peephole = parameters.peephole.accessor<double, 2>();
  const auto x = input.accessor<double, 3>();
  torch::Tensor result = torch::zeros({input.size(0), kSteps, kUnits}, torch::kFloat64);
  auto h = result.accessor<double, 3>();
  for (std::int64_t row = 0; row < input.size(0); ++row) {
    const std::int64_t length = kLengths[static_cast<std::size_t>(row)];
    for (std::int64_t unit = 0; unit < kUnits; ++unit) {
      double c = 0;
      for (std::int64_t step = 0; step < length; ++step) {
        const std::int64_t t = direction == 0 ? step : length - 1 - step;
        const auto sum = [&](std::int64_t gate) {
          double total = bias[gate * kUnits + unit];
          for (std::int64_t i = 0; i < kInput; ++i) {
            total += weight[gate * kUnits + unit][i] * x[row][t][i];
          }
          return total;
        };
        const double f = sigmoid(sum(1) + peephole[0][unit] * c);
        const double r = sigmoid(sum(2) + peephole[1][unit] * c);
        c = f * c + (1 - f) * sum(0);
        h[row][t][unit] = r * c + (1 - r) * sum(3);
      }
    }
  }
  return result;
}

TEST(Sru, FollowsItsFormula) {
  torch::manual_seed(11);
  RecurrentOptions options = sru_options();
  options.bidirectional = true;
  RecurrentImpl layer = random_layer(options);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor input = torch::randn({3, kSteps, kInput}, torch::kFloat64);
  const torch::Tensor expected =
      torch::cat({plain_sru(layer, input, 0), plain_sru(layer, input, 1)}, 2);
  ASSERT_TRUE(layer.uses_kernels(input));
  EXPECT_TRUE(all_near(run(layer, input), expected, 1e-12));
  layer.use_operators(true);
  EXPECT_TRUE(all_near(run(layer, input), expected, 1e-12));
}

/// Compares the gradient of a loss in `values` with difference quotients.
void expect_gradient(RecurrentImpl& layer, const torch::Tensor& input, torch::Tensor values,
                     const torch::Tensor& gradient, const std::string& name) {
  const auto loss = [&] {
    const torch::NoGradGuard no_gradient;
    const torch::Tensor result = run(layer, input);
    return (result * torch::arange(result.numel(), torch::kFloat64).cos().view(result.sizes()))
        .sum()
        .item<double>();
  };
  const torch::NoGradGuard no_gradient;
  torch::Tensor flat = values.view({-1});
  torch::Tensor expected = torch::zeros_like(flat);
  constexpr double kDelta = 1e-5;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    const double value = flat[i].item<double>();
    flat[i] = value + kDelta;
    const double above = loss();
    flat[i] = value - kDelta;
    expected[i] = (above - loss()) / (2 * kDelta);
    flat[i] = value;
  }
  EXPECT_TRUE(all_near(gradient.view({-1}), expected, 1e-8)) << name;
}

void expect_gradients(RecurrentImpl& layer) {
  torch::Tensor input = torch::randn({3, kSteps, kInput}, torch::kFloat64).requires_grad_();
  const torch::Tensor result = run(layer, input);
  (result * torch::arange(result.numel(), torch::kFloat64).cos().view(result.sizes()))
      .sum()
      .backward();
  expect_gradient(layer, input.detach(), input.detach(), input.grad(), "input");
  for (const auto& named : layer.named_parameters()) {
    ASSERT_TRUE(named.value().grad().defined()) << named.key();
    expect_gradient(layer, input.detach(), named.value().detach(), named.value().grad(),
                    named.key());
  }
}

TEST(Sru, GradientsEqualDifferenceQuotients) {
  torch::manual_seed(12);
  RecurrentOptions options = sru_options();
  options.bidirectional = true;
  RecurrentImpl layer = random_layer(options);
  ASSERT_TRUE(layer.uses_kernels(torch::zeros({1}, torch::kFloat64)));
  expect_gradients(layer);
  layer.use_operators(true);
  layer.zero_grad();
  expect_gradients(layer);
  options.zoneout = 0.2;
  options.layer_norm = true;
  options.learned_initial_state = true;
  RecurrentImpl with_options = random_layer(options);
  expect_gradients(with_options);
}

TEST(Sru, HasNoParameterWithoutAnEffect) {
  RecurrentOptions options = sru_options();
  const auto names = [](const RecurrentImpl& layer) {
    std::string all;
    for (const auto& named : layer.named_parameters()) {
      all += (all.empty() ? "" : " ") + named.key() + c10::str(named.value().sizes());
    }
    return all;
  };
  EXPECT_EQ(names(RecurrentImpl(options)),
            "weight_ih_l0[20, 3] bias_ih_l0[20] weight_peephole_l0[2, 5]");
  options.layer_norm = true;
  options.learned_initial_state = true;
  EXPECT_EQ(names(RecurrentImpl(options)),
            "weight_ih_l0[20, 3] bias_ih_l0[20] weight_peephole_l0[2, 5] norm_ih_l0[20] "
            "norm_cell_l0[5] norm_cell_bias_l0[5] initial_c_l0[5]");
}

TEST(Sru, ForgetBiasStartsAtOne) {
  RecurrentImpl layer(sru_options());
  at::Generator generator = at::detail::createCPUGenerator(1);
  layer.initialize(Initialization::kKeras, generator);
  torch::Tensor expected = torch::zeros({4, kUnits});
  expected[1] = 1;
  EXPECT_TRUE(all_near(layer.directions[0].bias_ih, expected.flatten(), 0));
}

// One unit with every option, written out: the output reads the normalized cell state, and zoneout
// mixes both states only after they are used.
TEST(Sru, OptionsFollowTheirFormulas) {
  RecurrentOptions options = sru_options();
  options.units = 1;
  options.zoneout = 0.25;
  options.layer_norm = true;
  options.learned_initial_state = true;
  RecurrentImpl layer(options);
  layer.to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  RecurrentImpl::Direction& parameters = layer.directions[0];
  parameters.weight_ih.copy_(torch::arange(12, torch::kFloat64).sin().view({4, 3}));
  parameters.bias_ih.copy_(torch::tensor({0.5, -0.25, 0.75, 1.0}, torch::kFloat64));
  parameters.peephole.copy_(torch::tensor({{0.3}, {-0.8}}, torch::kFloat64));
  parameters.norm_ih.fill_(1.5);
  parameters.norm_cell.fill_(2);
  parameters.norm_cell_bias.fill_(0.125);  // of one unit, the normalized state is the bias
  parameters.initial_c.fill_(0.6);
  const torch::Tensor input = torch::randn({1, 2, kInput}, torch::kFloat64);
  double h = 0;
  double c = 0.6;
  for (std::int64_t t = 0; t < 2; ++t) {
    const torch::Tensor products = torch::mv(parameters.weight_ih, input[0][t]);
    const torch::Tensor normal =
        (products - products.mean()) / (products.var(/*unbiased=*/false) + 1e-5).sqrt();
    const torch::Tensor sums = normal * 1.5 + parameters.bias_ih;
    const auto sum = [&](std::int64_t gate) { return sums[gate].item<double>(); };
    const double f = sigmoid(sum(1) + 0.3 * c);
    const double r = sigmoid(sum(2) - 0.8 * c);
    h = 0.25 * h + 0.75 * (r * 0.125 + (1 - r) * sum(3));
    c = 0.25 * c + 0.75 * (f * c + (1 - f) * sum(0));
  }
  const Batch batch{torch::zeros({1, 2}, torch::kInt64), torch::tensor({2}, torch::kInt64)};
  const torch::Tensor found = layer.forward(input, {batch, torch::zeros({1, 2}, torch::kBool)});
  EXPECT_NEAR(found[0][1][0].item<double>(), h, 1e-12);
}

}  // namespace
}  // namespace sequent
