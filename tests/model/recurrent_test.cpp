// Compares values and gradients of recurrent layers with torch::nn on packed input, in double.
#include "kernels/recurrent.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
namespace rnn_utils = torch::nn::utils::rnn;

struct Case {
  CellKind cell;
  bool bidirectional;
  std::int64_t batch;
  std::int64_t steps;
  std::int64_t input;
  std::int64_t units;
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << "batch " << test.batch << ", steps " << test.steps << ", units " << test.units;
}

class RecurrentParity : public ::testing::TestWithParam<Case> {};

torch::Tensor some_lengths(std::int64_t batch, std::int64_t steps) {
  torch::Tensor lengths = torch::randint(1, steps + 1, {batch}, torch::kInt64);
  lengths[0] = steps;
  return std::get<0>(lengths.sort(0, /*descending=*/true));
}

/// Holds a torch::nn module with the weights of `ours`, its results for packed input, and its
/// gradients in the order of `ours`.
template <class Oracle>
torch::Tensor run_oracle(Oracle oracle, RecurrentImpl& ours, const torch::Tensor& input,
                         const torch::Tensor& lengths, const torch::Tensor& weighting,
                         std::vector<torch::Tensor>& gradients) {
  oracle->to(torch::kFloat64);
  {
    const torch::NoGradGuard no_gradient;
    for (auto& named : oracle->named_parameters()) {
      const auto* value = ours.named_parameters().find(named.key());
      if (value != nullptr) {
        named.value().copy_(*value);
      } else {
        named.value().zero_();
      }
    }
  }
  const auto packed = rnn_utils::pack_padded_sequence(input, lengths, /*batch_first=*/true);
  const auto output = std::get<0>(oracle->forward_with_packed_input(packed));
  const torch::Tensor padded = std::get<0>(rnn_utils::pad_packed_sequence(
      output, /*batch_first=*/true, /*padding_value=*/0.0, input.size(1)));
  (padded * weighting).sum().backward();
  for (const auto& named : ours.named_parameters()) {
    gradients.push_back(oracle->named_parameters()[named.key()].grad().clone());
  }
  return padded;
}

torch::Tensor run_matching_oracle(const Case& test, RecurrentImpl& ours, const torch::Tensor& input,
                                  const torch::Tensor& lengths, const torch::Tensor& weighting,
                                  std::vector<torch::Tensor>& gradients) {
  if (test.cell == CellKind::kLstm) {
    const auto options = torch::nn::LSTMOptions(test.input, test.units)
                             .batch_first(true)
                             .bidirectional(test.bidirectional);
    return run_oracle(torch::nn::LSTM(options), ours, input, lengths, weighting, gradients);
  }
  if (test.cell == CellKind::kGru) {
    const auto options = torch::nn::GRUOptions(test.input, test.units)
                             .batch_first(true)
                             .bidirectional(test.bidirectional);
    return run_oracle(torch::nn::GRU(options), ours, input, lengths, weighting, gradients);
  }
  auto options = torch::nn::RNNOptions(test.input, test.units)
                     .batch_first(true)
                     .bidirectional(test.bidirectional);
  if (test.cell == CellKind::kRnnRelu) options.nonlinearity(torch::kReLU);
  return run_oracle(torch::nn::RNN(options), ours, input, lengths, weighting, gradients);
}

TEST_P(RecurrentParity, EqualsTorchOnPackedInput) {
  const Case& test = GetParam();
  torch::manual_seed(5);
  RecurrentImpl ours(RecurrentOptions{test.cell, test.input, test.units, test.bidirectional,
                                      /*return_sequences=*/true, /*dropout=*/0});
  ours.to(torch::kFloat64);
  {
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& parameter : ours.parameters()) parameter.normal_(0, 0.4);
  }
  const torch::Tensor lengths = some_lengths(test.batch, test.steps);
  const Batch batch{torch::zeros({test.batch, test.steps}, torch::kInt64), lengths};
  const torch::Tensor padding = torch::arange(test.steps).unsqueeze(0) >= lengths.unsqueeze(1);
  const std::int64_t width = test.units * (test.bidirectional ? 2 : 1);
  // Padding has values that must not affect the result.
  torch::Tensor input =
      torch::randn({test.batch, test.steps, test.input}, torch::kFloat64).requires_grad_();
  const torch::Tensor weighting = torch::randn({test.batch, test.steps, width}, torch::kFloat64)
                                      .masked_fill(padding.unsqueeze(2), 0);

  const torch::Tensor found = ours.forward(input, {batch, padding});
  (found * weighting).sum().backward();
  const torch::Tensor found_input_gradient = input.grad().clone();
  input.mutable_grad() = torch::Tensor();

  std::vector<torch::Tensor> wanted_gradients;
  const torch::Tensor wanted =
      run_matching_oracle(test, ours, input, lengths, weighting, wanted_gradients);

  EXPECT_TRUE(all_near(found.masked_fill(padding.unsqueeze(2), 0), wanted, 1e-10));
  EXPECT_TRUE(all_near(found_input_gradient, input.grad(), 1e-9));
  const auto parameters = ours.named_parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_TRUE(all_near(parameters[i].value().grad(), wanted_gradients[i], 1e-8))
        << parameters[i].key();
  }
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const CellKind cell :
       {CellKind::kRnnTanh, CellKind::kRnnRelu, CellKind::kLstm, CellKind::kGru}) {
    for (const bool bidirectional : {false, true}) {
      cases.push_back({cell, bidirectional, 1, 1, 1, 1});
      cases.push_back({cell, bidirectional, 3, 7, 5, 4});
      cases.push_back({cell, bidirectional, 6, 20, 3, 9});
    }
  }
  return cases;
}

std::string case_name(const ::testing::TestParamInfo<Case>& test) {
  const char* cells[] = {"RnnTanh", "RnnRelu", "Lstm", "Gru"};
  const Case& values = test.param;
  return std::string(cells[static_cast<int>(values.cell)]) +
         (values.bidirectional ? "Both" : "Forward") + std::to_string(values.batch) + "x" +
         std::to_string(values.steps);
}

INSTANTIATE_TEST_SUITE_P(Cells, RecurrentParity, ::testing::ValuesIn(all_cases()), case_name);

/// Returns a layer's values and gradients in double precision for rows of several lengths.
std::vector<torch::Tensor> values_and_gradients(RecurrentImpl& layer, const torch::Tensor& input,
                                                const LayerContext& context) {
  torch::Tensor own_input = input.detach().clone().requires_grad_();
  layer.zero_grad();
  const torch::Tensor found = layer.forward(own_input, context);
  const torch::Tensor seen =
      layer.options().return_sequences ? found.masked_fill(context.padding.unsqueeze(2), 0) : found;
  (seen * torch::arange(seen.numel(), torch::kFloat64).cos().view(seen.sizes())).sum().backward();
  std::vector<torch::Tensor> all{seen.detach(), own_input.grad().clone()};
  for (const torch::Tensor& parameter : layer.parameters()) all.push_back(parameter.grad().clone());
  return all;
}

// Compares the kernels with the formulas of layers.h in LibTorch's operators, step by step.
TEST(Recurrent, KernelsEqualTheFormulas) {
  torch::manual_seed(2);
  for (const CellKind cell :
       {CellKind::kCoupledLstm, CellKind::kPeepholeLstm, CellKind::kPeepholePreviousLstm,
        CellKind::kHiddenState, CellKind::kMinGru, CellKind::kSru}) {
    for (const bool both : {false, true}) {
      for (const bool sequences : {false, true}) {
        SCOPED_TRACE("cell " + std::to_string(static_cast<int>(cell)));
        RecurrentImpl layer(RecurrentOptions{cell, 5, 11, both, sequences});
        layer.to(torch::kFloat64);
        {
          const torch::NoGradGuard no_gradient;
          for (torch::Tensor& parameter : layer.parameters()) parameter.normal_(0, 0.5);
        }
        const torch::Tensor lengths = some_lengths(6, 13);
        const Batch batch{torch::zeros({6, 13}, torch::kInt64), lengths};
        const torch::Tensor padding = torch::arange(13).unsqueeze(0) >= lengths.unsqueeze(1);
        const torch::Tensor input = torch::randn({6, 13, 5}, torch::kFloat64);
        ASSERT_TRUE(layer.uses_kernels(input));
        const auto found = values_and_gradients(layer, input, {batch, padding});
        layer.use_operators(true);
        ASSERT_FALSE(layer.uses_kernels(input));
        const auto wanted = values_and_gradients(layer, input, {batch, padding});
        ASSERT_EQ(found.size(), wanted.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
          EXPECT_TRUE(all_near(found[i], wanted[i], 1e-9)) << "result " << i;
        }
      }
    }
  }
}

/// Returns h of one unit after reading `inputs`, computed with the scalar formulas of layers.h.
/// Every weight is `w` times its position in the parameter, from 1.
double scalar_cell(CellKind cell, const std::vector<double>& inputs, double w) {
  const auto s = [](double x) { return 1 / (1 + std::exp(-x)); };
  double h = 0;
  double c = 0;
  double y = 0;
  for (const double x : inputs) {
    // For one unit, the sum of gate g is w (g + 1) (x + h + 1).
    const auto sum = [&](int gate, double state) { return w * (gate + 1) * (x + state + 1); };
    switch (cell) {
      case CellKind::kCoupledLstm: {
        const double f = s(sum(0, h));
        c = f * c + (1 - f) * std::tanh(sum(1, h));
        y = h = s(sum(2, h)) * std::tanh(c);
        break;
      }
      case CellKind::kPeepholeLstm:
      case CellKind::kPeepholePreviousLstm: {
        const double before = c;
        const double i = s(sum(0, h) + w * before);
        const double f = s(sum(1, h) + 2 * w * before);
        c = f * before + i * std::tanh(sum(2, h));
        const double seen = cell == CellKind::kPeepholeLstm ? c : before;
        y = h = s(sum(3, h) + 3 * w * seen) * std::tanh(c);
        break;
      }
      case CellKind::kHiddenState: {
        h = s(sum(1, h)) * h + s(sum(0, h)) * std::tanh(sum(2, h));
        y = s(sum(3, h)) * std::tanh(h);
        break;
      }
      case CellKind::kGruResetBefore: {
        const double r = s(sum(0, h));
        const double z = s(sum(1, h));
        const double n = std::tanh(sum(2, r * h));
        y = h = (1 - z) * n + z * h;
        break;
      }
      case CellKind::kSru: {
        const double f = s(sum(1, 0) + w * c);
        const double r = s(sum(2, 0) + 2 * w * c);
        c = f * c + (1 - f) * sum(0, 0);
        y = r * c + (1 - r) * sum(3, 0);
        break;
      }
      default: {  // minimal GRU: the sums do not include the state
        const double z = s(w * (x + 1));
        y = h = (1 - z) * h + z * 2 * w * (x + 1);
      }
    }
  }
  return y;
}

TEST(Recurrent, CellsFollowTheScalarFormulas) {
  const std::vector<double> inputs{0.5, -1.25, 2, 0.75};
  constexpr double kWeight = 0.3;
  for (const CellKind cell :
       {CellKind::kCoupledLstm, CellKind::kPeepholeLstm, CellKind::kPeepholePreviousLstm,
        CellKind::kHiddenState, CellKind::kMinGru, CellKind::kSru, CellKind::kGruResetBefore}) {
    for (const bool full : {false, true}) {
      const bool peeps = cell == CellKind::kPeepholeLstm || cell == CellKind::kPeepholePreviousLstm;
      if (full && !peeps) continue;
      RecurrentOptions options{cell, 1, 1};
      options.full_peephole = full;
      RecurrentImpl layer(options);
      layer.to(torch::kFloat64);
      const torch::NoGradGuard no_gradient;
      for (torch::Tensor& parameter : layer.parameters()) {
        const std::int64_t rows = parameter.size(0);
        parameter.copy_(kWeight *
                        torch::arange(1, rows + 1, torch::kFloat64).view(parameter.sizes()));
      }
      const Batch batch{torch::zeros({1, 4}, torch::kInt64), torch::tensor({4}, torch::kInt64)};
      const torch::Tensor x = torch::tensor(inputs, torch::kFloat64).view({1, 4, 1});
      const LayerContext context{batch, torch::zeros({1, 4}, torch::kBool)};
      EXPECT_NEAR(layer.forward(x, context).item<double>(), scalar_cell(cell, inputs, kWeight),
                  1e-12)
          << static_cast<int>(cell);
    }
  }
}

// With a learned initial state of 0, a cell runs step by step but computes the same result.
TEST(Recurrent, StepByStepEqualsTheWholeSequence) {
  torch::manual_seed(4);
  for (const CellKind cell :
       {CellKind::kRnnTanh, CellKind::kRnnRelu, CellKind::kLstm, CellKind::kGru}) {
    RecurrentOptions options{cell, 5, 7, /*bidirectional=*/true, /*return_sequences=*/true};
    RecurrentImpl whole(options);
    options.learned_initial_state = true;
    RecurrentImpl steps(options);
    whole.to(torch::kFloat64);
    steps.to(torch::kFloat64);
    const torch::NoGradGuard no_gradient;
    for (auto& named : whole.named_parameters()) {
      named.value().normal_(0, 0.5);
      steps.named_parameters()[named.key()].copy_(named.value());
    }
    const torch::Tensor lengths = some_lengths(4, 9);
    const Batch batch{torch::zeros({4, 9}, torch::kInt64), lengths};
    const torch::Tensor padding = torch::arange(9).unsqueeze(0) >= lengths.unsqueeze(1);
    const torch::Tensor input = torch::randn({4, 9, 5}, torch::kFloat64);
    ASSERT_FALSE(steps.uses_kernels(input));
    const torch::Tensor mask = padding.unsqueeze(2);
    EXPECT_TRUE(all_near(steps.forward(input, {batch, padding}).masked_fill(mask, 0),
                         whole.forward(input, {batch, padding}).masked_fill(mask, 0), 1e-12));
  }
}

// The formula of one unit of a plain RNN.
TEST(Recurrent, StepOptionsFollowTheirFormulas) {
  const std::vector<double> inputs{0.5, -1.25, 2};
  const Batch batch{torch::zeros({1, 3}, torch::kInt64), torch::tensor({3}, torch::kInt64)};
  const torch::Tensor x = torch::tensor(inputs, torch::kFloat64).view({1, 3, 1});
  const LayerContext context{batch, torch::zeros({1, 3}, torch::kBool)};
  RecurrentOptions options{CellKind::kRnnTanh, 1, 1};
  options.zoneout = 0.25;
  options.learned_initial_state = true;
  RecurrentImpl layer(options);
  layer.to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : layer.parameters()) parameter.fill_(0.4);
  double h = 0.4;
  for (const double value : inputs) {
    h = 0.25 * h + 0.75 * std::tanh(0.4 * value + 0.4 * h + 0.4);
  }
  EXPECT_NEAR(layer.forward(x, context).item<double>(), h, 1e-12);

  // With a cell state, the output uses the new state before zoneout.
  const auto sigmoid = [](double a) { return 1 / (1 + std::exp(-a)); };
  options.cell = CellKind::kLstm;
  RecurrentImpl lstm(options);
  lstm.to(torch::kFloat64);
  for (torch::Tensor& parameter : lstm.parameters()) parameter.fill_(0.4);
  h = 0.4;
  double c = 0.4;
  for (const double value : inputs) {
    const double sum = 0.4 * value + 0.4 * h + 0.4;
    const double now = sigmoid(sum) * c + sigmoid(sum) * std::tanh(sum);
    h = 0.25 * h + 0.75 * sigmoid(sum) * std::tanh(now);
    c = 0.25 * c + 0.75 * now;
  }
  EXPECT_NEAR(lstm.forward(x, context).item<double>(), h, 1e-12);

  options.cell = CellKind::kRnnTanh;
  options.zoneout = 0;
  options.layer_norm = true;
  options.units = 2;
  RecurrentImpl normal(options);
  normal.to(torch::kFloat64);
  for (torch::Tensor& parameter : normal.parameters()) parameter.fill_(0.5);
  // The products of two equal units are normalized to 0, so that only the bias remains.
  EXPECT_NEAR(normal.forward(x, context)[0][0].item<double>(), std::tanh(0.5), 1e-12);
}

TEST(Recurrent, LastStateIsThatOfEachRowsLastStep) {
  torch::manual_seed(1);
  RecurrentImpl sequences({CellKind::kLstm, 3, 4, true, /*return_sequences=*/true, 0});
  RecurrentImpl last({CellKind::kLstm, 3, 4, true, /*return_sequences=*/false, 0});
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < sequences.parameters().size(); ++i) {
    sequences.parameters()[i].normal_();
    last.parameters()[i].copy_(sequences.parameters()[i]);
  }
  const torch::Tensor lengths = torch::tensor({5, 2}, torch::kInt64);
  const Batch batch{torch::zeros({2, 5}, torch::kInt64), lengths};
  const torch::Tensor padding = torch::arange(5).unsqueeze(0) >= lengths.unsqueeze(1);
  const torch::Tensor input = torch::randn({2, 5, 3});
  const torch::Tensor all = sequences.forward(input, {batch, padding});
  const torch::Tensor one = last.forward(input, {batch, padding});
  for (std::int64_t row = 0; row < 2; ++row) {
    const auto end = lengths[row].item<std::int64_t>() - 1;
    EXPECT_TRUE(all_near(one[row].slice(0, 0, 4), all[row][end].slice(0, 0, 4), 1e-6));
    EXPECT_TRUE(all_near(one[row].slice(0, 4), all[row][0].slice(0, 4), 1e-6));
  }
}

// Evaluation and archives use float32, regardless of the precision of training steps.
TEST(Recurrent, Bfloat16IsOfTrainingStepsAlone) {
  if (kernels::bfloat16_kernels() == nullptr) {
    GTEST_SKIP() << "this CPU has no products of bfloat16 values (avx512_bf16)";
  }
  torch::manual_seed(2);
  RecurrentOptions options{CellKind::kLstm, 24, 40, true, /*return_sequences=*/true, 0};
  RecurrentImpl exact(options);
  options.bfloat16 = true;
  RecurrentImpl rounded(options);
  {
    const torch::NoGradGuard no_gradient;
    for (std::size_t i = 0; i < exact.parameters().size(); ++i) {
      exact.parameters()[i].normal_(0, 0.2);
      rounded.parameters()[i].copy_(exact.parameters()[i]);
    }
  }
  Batch batch{torch::zeros({3, 7}, torch::kInt64), torch::tensor({7, 4, 1}, torch::kInt64)};
  const torch::Tensor padding = torch::arange(7).unsqueeze(0) >= batch.lengths.unsqueeze(1);
  const torch::Tensor input = torch::randn({3, 7, 24});
  EXPECT_TRUE(torch::equal(rounded.forward(input, {batch, padding}),
                           exact.forward(input, {batch, padding})));
  batch.noise = NoiseKey{1, 1};
  const torch::Tensor found = rounded.forward(input, {batch, padding});
  const torch::Tensor wanted = exact.forward(input, {batch, padding});
  EXPECT_FALSE(torch::equal(found, wanted));
  EXPECT_LT((found - wanted).norm().item<float>(), 0.01 * wanted.norm().item<float>());
  found.square().sum().backward();
  wanted.square().sum().backward();
  for (std::size_t i = 0; i < exact.parameters().size(); ++i) {
    const torch::Tensor of_rounded = rounded.parameters()[i].grad();
    const torch::Tensor of_exact = exact.parameters()[i].grad();
    EXPECT_EQ(of_rounded.scalar_type(), torch::kFloat32);
    EXPECT_LT((of_rounded - of_exact).norm().item<float>(), 0.02 * of_exact.norm().item<float>());
  }
}

}  // namespace
}  // namespace sequent
