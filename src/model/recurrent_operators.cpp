#include "model/recurrent_operators.h"

#include <utility>
#include <vector>

namespace sequent {
namespace {

using Direction = RecurrentImpl::Direction;

/// The cells that LibTorch has.
torch::Tensor run_known_cell(const RecurrentOptions& options, const torch::Tensor& input,
                             const Direction& direction) {
  const torch::Tensor start = torch::zeros({1, input.size(0), options.units}, input.options());
  const torch::Tensor bias_hh =
      direction.bias_hh.defined() ? direction.bias_hh : torch::zeros_like(direction.bias_ih);
  const std::vector<torch::Tensor> weights = {direction.weight_ih, direction.weight_hh,
                                              direction.bias_ih, bias_hh};
  constexpr bool kHasBiases = true;
  constexpr std::int64_t kLayers = 1;
  constexpr double kDropout = 0;
  constexpr bool kBidirectional = false;
  constexpr bool kBatchFirst = true;
  // cuDNN keeps what the backward pass needs only if told that this is training.
  const bool training = torch::GradMode::is_enabled();
  switch (options.cell) {
    case CellKind::kLstm:
      return std::get<0>(torch::lstm(input, {start, start}, weights, kHasBiases, kLayers, kDropout,
                                     training, kBidirectional, kBatchFirst));
    case CellKind::kGru:
      return std::get<0>(torch::gru(input, start, weights, kHasBiases, kLayers, kDropout, training,
                                    kBidirectional, kBatchFirst));
    case CellKind::kRnnTanh:
      return std::get<0>(torch::rnn_tanh(input, start, weights, kHasBiases, kLayers, kDropout,
                                         training, kBidirectional, kBatchFirst));
    default:
      return std::get<0>(torch::rnn_relu(input, start, weights, kHasBiases, kLayers, kDropout,
                                         training, kBidirectional, kBatchFirst));
  }
}

/// One step after another, from h_0 = c_0 = 0. The lines are those of export/recurrent_source.cpp.
class StepLoop {
 public:
  StepLoop(const RecurrentOptions& options, const torch::Tensor& input, const Direction& weights)
      : options_(options),
        weights_(weights),
        sums_(torch::linear(input, weights.weight_ih, weights.bias_ih)),
        h_(torch::zeros({input.size(0), options.units}, input.options())),
        c_(h_) {}

  torch::Tensor run() {
    std::vector<torch::Tensor> results;
    for (std::int64_t t = 0; t < sums_.size(1); ++t) results.push_back(step(sums_.select(1, t)));
    return torch::stack(results, 1);
  }

 private:
  torch::Tensor step(const torch::Tensor& sums) {
    switch (options_.cell) {
      case CellKind::kCoupledLstm:
        return coupled(gates(sums));
      case CellKind::kPeepholeLstm:
      case CellKind::kPeepholePreviousLstm:
        return peephole(gates(sums));
      case CellKind::kHiddenState:
        return hidden_state(sums);
      case CellKind::kMinGru:
        return min_gru(sums.chunk(2, 1));
      case CellKind::kGruResetBefore:
        return reset_before(sums);
      case CellKind::kRnnTanh:
      case CellKind::kRnnRelu:
      case CellKind::kLstm:
      case CellKind::kGru:
        break;
    }
    TORCH_CHECK(false, "run_known_cell computes this cell");
  }

  std::vector<torch::Tensor> gates(const torch::Tensor& sums) const {
    return (sums + torch::linear(h_, weights_.weight_hh)).chunk(gate_count(options_.cell), 1);
  }

  torch::Tensor coupled(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor f = torch::sigmoid(gate[0]);
    c_ = f * c_ + (1 - f) * torch::tanh(gate[1]);
    return h_ = torch::sigmoid(gate[2]) * torch::tanh(c_);
  }

  /// What gate `index` of i f o sees of a cell state.
  torch::Tensor seen(std::int64_t index, const torch::Tensor& cell) const {
    const std::int64_t units = options_.units;
    return options_.full_peephole
               ? torch::linear(cell, weights_.peephole.narrow(0, index * units, units))
               : cell * weights_.peephole.select(0, index);
  }

  torch::Tensor peephole(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor before = c_;
    const torch::Tensor i = torch::sigmoid(gate[0] + seen(0, before));
    const torch::Tensor f = torch::sigmoid(gate[1] + seen(1, before));
    c_ = f * before + i * torch::tanh(gate[2]);
    const bool current = options_.cell == CellKind::kPeepholeLstm;
    const torch::Tensor o = torch::sigmoid(gate[3] + seen(2, current ? c_ : before));
    return h_ = o * torch::tanh(c_);
  }

  torch::Tensor hidden_state(const torch::Tensor& sums) {
    const std::int64_t units = options_.units;
    const auto state_gates = (sums.narrow(1, 0, 3 * units) +
                              torch::linear(h_, weights_.weight_hh.narrow(0, 0, 3 * units)))
                                 .chunk(3, 1);
    h_ = torch::sigmoid(state_gates[1]) * h_ +
         torch::sigmoid(state_gates[0]) * torch::tanh(state_gates[2]);
    const torch::Tensor o =
        torch::sigmoid(sums.narrow(1, 3 * units, units) +
                       torch::linear(h_, weights_.weight_hh.narrow(0, 3 * units, units)));
    return o * torch::tanh(h_);
  }

  torch::Tensor min_gru(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor z = torch::sigmoid(gate[0]);
    return h_ = (1 - z) * h_ + z * gate[1];
  }

  torch::Tensor reset_before(const torch::Tensor& sums) {
    const std::int64_t units = options_.units;
    const auto gate = torch::sigmoid(sums.narrow(1, 0, 2 * units) +
                                     torch::linear(h_, weights_.weight_hh.narrow(0, 0, 2 * units)))
                          .chunk(2, 1);
    const torch::Tensor n =
        torch::tanh(sums.narrow(1, 2 * units, units) +
                    torch::linear(gate[0] * h_, weights_.weight_hh.narrow(0, 2 * units, units)));
    return h_ = (1 - gate[1]) * n + gate[1] * h_;
  }

  const RecurrentOptions& options_;
  const Direction& weights_;
  torch::Tensor sums_;
  torch::Tensor h_;
  torch::Tensor c_;
};

bool libtorch_has(CellKind cell) {
  return cell == CellKind::kLstm || cell == CellKind::kGru || cell == CellKind::kRnnTanh ||
         cell == CellKind::kRnnRelu;
}

}  // namespace

torch::Tensor run_direction(const RecurrentOptions& options, const torch::Tensor& input,
                            const RecurrentImpl::Direction& weights) {
  if (libtorch_has(options.cell)) return run_known_cell(options, input, weights);
  return StepLoop(options, input, weights).run();
}

}  // namespace sequent
