// Recurrent layers against torch::nn's on packed input, in double: values and gradients.
#include <gtest/gtest.h>

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

/// torch::nn's module with `ours`' weights; what it computes for packed input, and its gradients in
/// `ours`' order.
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
  // Padding carries values that must not matter.
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

}  // namespace
}  // namespace sequent
