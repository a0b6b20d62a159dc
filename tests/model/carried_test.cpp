// Tests hidden states that are carried across chunks of a sequence.
#include <gtest/gtest.h>

#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

constexpr std::array kCells{
    CellKind::kRnnTanh,     CellKind::kRnnRelu,       CellKind::kLstm,
    CellKind::kGru,         CellKind::kCoupledLstm,   CellKind::kPeepholeLstm,
    CellKind::kMinGru,      CellKind::kSru,           CellKind::kPeepholePreviousLstm,
    CellKind::kHiddenState, CellKind::kGruResetBefore};

/// Returns a layer of each cell in double precision; `options` are those besides sizes and cell.
RecurrentImpl layer_of(CellKind cell, RecurrentOptions options = {}) {
  options.cell = cell;
  options.input_size = 3;
  options.units = 5;
  options.return_sequences = true;
  RecurrentImpl layer(options);
  layer.to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : layer.parameters()) parameter.normal_(0, 0.5);
  return layer;
}

torch::Tensor run(RecurrentImpl& layer, const torch::Tensor& input, CarriedStates* states) {
  Batch batch{torch::zeros({input.size(0), input.size(1)}, torch::kInt64),
              torch::full({input.size(0)}, input.size(1), torch::kInt64)};
  batch.carried = states;
  const torch::Tensor padding = torch::zeros({input.size(0), input.size(1)}, torch::kBool);
  return layer.forward(input, {batch, padding});
}

void expect_parts_equal_whole(RecurrentImpl& layer) {
  const torch::Tensor input = torch::randn({4, 9, 3}, torch::kFloat64);
  const torch::Tensor whole = run(layer, input, nullptr);
  CarriedStates states;
  states.layers.resize(1);
  std::vector<torch::Tensor> parts;
  for (const auto& [begin, count] : {std::pair{0, 4}, std::pair{4, 1}, std::pair{5, 4}}) {
    parts.push_back(run(layer, input.narrow(1, begin, count), &states));
  }
  EXPECT_TRUE(all_near(torch::cat(parts, 1), whole, 1e-12));
  EXPECT_EQ(states.layers[0].c.defined(), has_cell_state(layer.options().cell));
  EXPECT_FALSE(states.layers[0].h.requires_grad());
}

TEST(CarriedStates, PartsEqualTheWhole) {
  torch::manual_seed(3);
  for (const CellKind cell : kCells) {
    for (const bool operators : {false, true}) {
      for (const bool gradients : {false, true}) {
        SCOPED_TRACE("cell " + std::to_string(static_cast<int>(cell)));
        const torch::AutoGradMode mode(gradients);
        RecurrentImpl layer = layer_of(cell);
        layer.use_operators(operators);
        expect_parts_equal_whole(layer);
      }
    }
    RecurrentOptions options;
    options.zoneout = 0.2;
    options.layer_norm = true;
    RecurrentImpl layer = layer_of(cell, options);
    expect_parts_equal_whole(layer);
  }
}

/// Returns the values and gradients of a layer that starts from random states.
std::vector<torch::Tensor> values_and_gradients(RecurrentImpl& layer, const torch::Tensor& input,
                                                const CarriedStates& start) {
  torch::Tensor own = input.detach().clone().requires_grad_();
  layer.zero_grad();
  CarriedStates states = start;
  const torch::Tensor found = run(layer, own, &states);
  (found * torch::arange(found.numel(), torch::kFloat64).cos().view(found.sizes()))
      .sum()
      .backward();
  std::vector<torch::Tensor> all{found.detach(), own.grad().clone(), states.layers[0].h};
  if (states.layers[0].c.defined()) all.push_back(states.layers[0].c);
  for (const torch::Tensor& parameter : layer.parameters()) all.push_back(parameter.grad().clone());
  return all;
}

CarriedStates random_start(const RecurrentImpl& layer, std::int64_t rows) {
  CarriedStates start;
  start.layers.resize(1);
  const std::int64_t units = layer.options().units;
  start.layers[0].h = torch::randn({rows, units}, torch::kFloat64);
  if (has_cell_state(layer.options().cell)) {
    start.layers[0].c = torch::randn({rows, units}, torch::kFloat64);
  }
  return start;
}

TEST(CarriedStates, KernelsEqualTheFormulas) {
  torch::manual_seed(4);
  for (const CellKind cell : kCells) {
    if (cell == CellKind::kGruResetBefore) continue;  // this cell has no kernel
    SCOPED_TRACE("cell " + std::to_string(static_cast<int>(cell)));
    RecurrentImpl layer = layer_of(cell);
    const torch::Tensor input = torch::randn({6, 7, 3}, torch::kFloat64);
    const CarriedStates start = random_start(layer, 6);
    ASSERT_TRUE(layer.uses_kernels(input));
    const auto found = values_and_gradients(layer, input, start);
    layer.use_operators(true);
    const auto wanted = values_and_gradients(layer, input, start);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_TRUE(all_near(found[i], wanted[i], 1e-9)) << "result " << i;
    }
  }
}

TEST(CarriedStates, LstmEqualsTorchs) {
  torch::manual_seed(5);
  RecurrentImpl layer = layer_of(CellKind::kLstm);
  const torch::Tensor input = torch::randn({2, 6, 3}, torch::kFloat64);
  const CarriedStates start = random_start(layer, 2);
  torch::nn::LSTM oracle(torch::nn::LSTMOptions(3, 5).batch_first(true));
  oracle->to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (auto& named : oracle->named_parameters()) {
    const auto* value = layer.named_parameters().find(named.key());
    value == nullptr ? named.value().zero_() : named.value().copy_(*value);
  }
  const auto [wanted, end] = oracle->forward(
      input, std::tuple(start.layers[0].h.unsqueeze(0), start.layers[0].c.unsqueeze(0)));
  CarriedStates states = start;
  EXPECT_TRUE(all_near(run(layer, input, &states), wanted, 1e-12));
  EXPECT_TRUE(all_near(states.layers[0].h, std::get<0>(end)[0], 1e-12));
  EXPECT_TRUE(all_near(states.layers[0].c, std::get<1>(end)[0], 1e-12));
}

}  // namespace
}  // namespace sequent
