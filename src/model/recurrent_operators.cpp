#include "model/recurrent_operators.h"

#include <ATen/detail/CUDAHooksInterface.h>

#include <utility>
#include <vector>

#include "libtorch/autocast.h"
#include "model/noise.h"

namespace sequent {
namespace {

using Direction = RecurrentImpl::Direction;

/// Concatenates the weights in memory, as cuDNN expects, and returns views of them. Otherwise cuDNN
/// copies the weights on every call and logs a warning each time. Gradients flow through.
std::vector<torch::Tensor> joined_in_memory(const std::vector<torch::Tensor>& weights) {
  std::vector<torch::Tensor> flat;
  flat.reserve(weights.size());
  for (const torch::Tensor& weight : weights) flat.push_back(weight.flatten());
  const torch::Tensor all = torch::cat(flat);
  std::vector<torch::Tensor> parts;
  std::int64_t begin = 0;
  for (const torch::Tensor& weight : weights) {
    parts.push_back(all.narrow(0, begin, weight.numel()).view(weight.sizes()));
    begin += weight.numel();
  }
  return parts;
}

/// Whether cuDNN supports LSTMs and GRUs of this type. Without cuDNN, LibTorch runs them step by
/// step, and versions before 2.3 do not support bfloat16 at all. `Hooks` can report it in LibTorch
/// 2.10 and later.
template <class Hooks>
bool cudnn_serves(torch::ScalarType type, const Hooks& hooks) {
  if (type != torch::kBFloat16) return true;
  if constexpr (requires { hooks.supportsBFloat16RNNWithCuDNN(); }) {
    return hooks.supportsBFloat16RNNWithCuDNN();
  }
  return false;
}

/// The type in which the cells implemented by LibTorch are computed.
torch::ScalarType type_of_products(const torch::Tensor& values) {
  const auto device = values.device().type();
  const torch::ScalarType type = autocast_type(device).value_or(values.scalar_type());
  const bool served = device != torch::kCUDA || cudnn_serves(type, at::detail::getCUDAHooks());
  return served ? type : torch::kFloat32;
}

/// Runs a cell that LibTorch implements.
torch::Tensor run_known_cell(const RecurrentOptions& options, const torch::Tensor& values,
                             const Direction& direction, CarriedStates::Layer* carried) {
  // Autocast treats these operators specially, and differently in each LibTorch version.
  const auto device = values.device().type();
  const torch::ScalarType type = type_of_products(values);
  const NoAutocastScope given_type(device);
  const torch::Tensor input = values.to(type);
  const torch::Tensor zeros = torch::zeros({1, input.size(0), options.units}, input.options());
  const auto start_from = [&](const torch::Tensor& state) {
    return state.defined() ? state.unsqueeze(0).to(type) : zeros;
  };
  const torch::Tensor start = carried == nullptr ? zeros : start_from(carried->h);
  const torch::Tensor bias_hh =
      direction.bias_hh.defined() ? direction.bias_hh : torch::zeros_like(direction.bias_ih);
  std::vector<torch::Tensor> weights = {direction.weight_ih, direction.weight_hh, direction.bias_ih,
                                        bias_hh};
  for (torch::Tensor& weight : weights) weight = weight.to(type);
  if (device == torch::kCUDA) weights = joined_in_memory(weights);
  constexpr bool kHasBiases = true;
  constexpr std::int64_t kLayers = 1;
  constexpr double kDropout = 0;
  constexpr bool kBidirectional = false;
  constexpr bool kBatchFirst = true;
  // cuDNN stores what the backward pass needs only in training mode.
  const bool training = torch::GradMode::is_enabled();
  const auto end = [&](const std::tuple<torch::Tensor, torch::Tensor>& result) {
    if (carried != nullptr) carried->h = std::get<1>(result).detach().squeeze(0);
    return std::get<0>(result);
  };
  switch (options.cell) {
    case CellKind::kLstm: {
      const torch::Tensor start_c = carried == nullptr ? zeros : start_from(carried->c);
      const auto result = torch::lstm(input, {start, start_c}, weights, kHasBiases, kLayers,
                                      kDropout, training, kBidirectional, kBatchFirst);
      if (carried != nullptr) carried->c = std::get<2>(result).detach().squeeze(0);
      return end({std::get<0>(result), std::get<1>(result)});
    }
    case CellKind::kGru:
      return end(torch::gru(input, start, weights, kHasBiases, kLayers, kDropout, training,
                            kBidirectional, kBatchFirst));
    case CellKind::kRnnTanh:
      return end(torch::rnn_tanh(input, start, weights, kHasBiases, kLayers, kDropout, training,
                                 kBidirectional, kBatchFirst));
    default:
      return end(torch::rnn_relu(input, start, weights, kHasBiases, kLayers, kDropout, training,
                                 kBidirectional, kBatchFirst));
  }
}

/// Runs a cell one step at a time. Keep it in sync with script/recurrent_source.cpp.
class StepLoop {
 public:
  StepLoop(const RecurrentOptions& options, const torch::Tensor& input, const Direction& weights,
           std::size_t number, const LayerContext& context)
      : options_(options), weights_(weights) {
    const torch::Tensor products = torch::linear(input, weights.weight_ih);
    sums_ = normal(products, weights.norm_ih) + weights.bias_ih;
    carried_ = context.carried();
    h_ = start(carried_ == nullptr ? torch::Tensor() : carried_->h, weights.initial_h, input);
    c_ = start(carried_ == nullptr ? torch::Tensor() : carried_->c, weights.initial_c, input);
    if (context.batch.noise && options.zoneout > 0) {
      const auto keep = [&](std::uint64_t state) {
        return kept_units(input, options.zoneout, options.units, 2 * number + state, context);
      };
      keep_h_ = keep(0);
      if (has_cell_state(options.cell)) keep_c_ = keep(1);
    }
  }

  torch::Tensor run() {
    std::vector<torch::Tensor> results;
    for (t_ = 0; t_ < sums_.size(1); ++t_) results.push_back(step(sums_.select(1, t_)));
    if (carried_ != nullptr) {
      carried_->h = h_.detach();
      if (has_cell_state(options_.cell)) carried_->c = c_.detach();
    }
    return torch::stack(results, 1);
  }

 private:
  static constexpr double kEpsilon = 1e-5;

  torch::Tensor start(const torch::Tensor& carried, const torch::Tensor& learned,
                      const torch::Tensor& input) const {
    if (carried.defined()) return carried;
    const std::int64_t rows = input.size(0);
    return learned.defined() ? learned.expand({rows, options_.units})
                             : torch::zeros({rows, options_.units}, input.options());
  }

  /// Normalizes over the last dimension if there is a gain.
  static torch::Tensor normal(const torch::Tensor& values, const torch::Tensor& gain) {
    return gain.defined() ? torch::layer_norm(values.to(gain.scalar_type()), {values.size(-1)},
                                              gain, {}, kEpsilon)
                          : values;
  }

  /// Returns the product of a state with the weights of `count` gates, starting at gate `first`.
  torch::Tensor product(const torch::Tensor& state, std::int64_t first, std::int64_t count) const {
    const std::int64_t from = first * options_.units;
    const std::int64_t rows = count * options_.units;
    // Do not narrow to the full range: the backward pass of narrow allocates a gradient of full
    // size.
    const auto part_of = [&](const torch::Tensor& whole) {
      return whole.size(0) == rows ? whole : whole.narrow(0, from, rows);
    };
    const torch::Tensor gain =
        weights_.norm_hh.defined() ? part_of(weights_.norm_hh) : torch::Tensor();
    return normal(torch::linear(state, part_of(weights_.weight_hh)), gain);
  }
  torch::Tensor part(const torch::Tensor& sums, std::int64_t first, std::int64_t count) const {
    return sums.narrow(1, first * options_.units, count * options_.units);
  }
  std::vector<torch::Tensor> gates(const torch::Tensor& sums) const {
    const std::int64_t count = gate_count(options_.cell);
    return (sums + product(h_, 0, count)).chunk(count, 1);
  }

  /// Returns the next state: `now`, mixed with `before` by zoneout.
  torch::Tensor next(const torch::Tensor& before, const torch::Tensor& now,
                     const torch::Tensor& keep) const {
    if (options_.zoneout == 0) return now;
    if (!keep.defined()) return options_.zoneout * before + (1 - options_.zoneout) * now;
    const torch::Tensor kept = keep.select(1, t_);
    return kept * before + (1 - kept) * now;
  }
  void set_h(const torch::Tensor& now) { h_ = next(h_, now, keep_h_); }

  /// The cell state as it is output: normalized if configured.
  torch::Tensor normalized(const torch::Tensor& cell) const {
    if (!weights_.norm_cell.defined()) return cell;
    return torch::layer_norm(cell.to(weights_.norm_cell.scalar_type()), {options_.units},
                             weights_.norm_cell, weights_.norm_cell_bias, kEpsilon);
  }

  /// Sets both states and returns the output. Zoneout is applied only after the new cell state is
  /// used (Krueger et al. 2017, equation 5).
  torch::Tensor set_states(const torch::Tensor& output, const torch::Tensor& cell) {
    set_h(output);
    c_ = next(c_, cell, keep_c_);
    return h_;
  }

  /// The same for the output o * tanh of the new cell state.
  torch::Tensor set_gated_states(const torch::Tensor& output_gate, const torch::Tensor& cell) {
    return set_states(output_gate * torch::tanh(normalized(cell)), cell);
  }

  /// Updates the states and returns the output of the cell.
  torch::Tensor step(const torch::Tensor& sums) {
    switch (options_.cell) {
      case CellKind::kRnnTanh:
        set_h(torch::tanh(sums + product(h_, 0, 1)));
        return h_;
      case CellKind::kRnnRelu:
        set_h(torch::relu(sums + product(h_, 0, 1)));
        return h_;
      case CellKind::kLstm:
        return lstm(gates(sums));
      case CellKind::kCoupledLstm:
        return coupled(gates(sums));
      case CellKind::kPeepholeLstm:
      case CellKind::kPeepholePreviousLstm:
        return peephole(gates(sums));
      case CellKind::kHiddenState:
        return hidden_state(sums);
      case CellKind::kMinGru:
        return min_gru(sums.chunk(2, 1));
      case CellKind::kSru:
        return sru(sums.chunk(4, 1));
      case CellKind::kGru:
        return gru(sums.chunk(3, 1), (product(h_, 0, 3) + weights_.bias_hh).chunk(3, 1));
      case CellKind::kGruResetBefore:
        return reset_before(sums);
    }
    return {};
  }

  torch::Tensor lstm(const std::vector<torch::Tensor>& gate) {
    return set_gated_states(
        torch::sigmoid(gate[3]),
        torch::sigmoid(gate[1]) * c_ + torch::sigmoid(gate[0]) * torch::tanh(gate[2]));
  }

  torch::Tensor coupled(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor f = torch::sigmoid(gate[0]);
    return set_gated_states(torch::sigmoid(gate[2]), f * c_ + (1 - f) * torch::tanh(gate[1]));
  }

  /// Returns what the peephole gate `index` sees of a cell state.
  torch::Tensor seen(std::int64_t index, const torch::Tensor& cell) const {
    const std::int64_t units = options_.units;
    return options_.full_peephole
               ? torch::linear(cell, weights_.peephole.narrow(0, index * units, units))
               : cell * weights_.peephole.select(0, index);
  }

  torch::Tensor peephole(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor i = torch::sigmoid(gate[0] + seen(0, c_));
    const torch::Tensor f = torch::sigmoid(gate[1] + seen(1, c_));
    const torch::Tensor cell = f * c_ + i * torch::tanh(gate[2]);
    const bool current = options_.cell == CellKind::kPeepholeLstm;
    return set_gated_states(torch::sigmoid(gate[3] + seen(2, current ? cell : c_)), cell);
  }

  torch::Tensor hidden_state(const torch::Tensor& sums) {
    const auto gate = (part(sums, 0, 3) + product(h_, 0, 3)).chunk(3, 1);
    set_h(torch::sigmoid(gate[1]) * h_ + torch::sigmoid(gate[0]) * torch::tanh(gate[2]));
    return torch::sigmoid(part(sums, 3, 1) + product(h_, 3, 1)) * torch::tanh(h_);
  }

  torch::Tensor min_gru(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor z = torch::sigmoid(gate[0]);
    set_h((1 - z) * h_ + z * gate[1]);
    return h_;
  }

  torch::Tensor sru(const std::vector<torch::Tensor>& gate) {
    const torch::Tensor f = torch::sigmoid(gate[1] + seen(0, c_));
    const torch::Tensor r = torch::sigmoid(gate[2] + seen(1, c_));
    const torch::Tensor cell = f * c_ + (1 - f) * gate[0];
    return set_states(r * normalized(cell) + (1 - r) * gate[3], cell);
  }

  torch::Tensor gru(const std::vector<torch::Tensor>& input,
                    const std::vector<torch::Tensor>& state) {
    const torch::Tensor r = torch::sigmoid(input[0] + state[0]);
    const torch::Tensor z = torch::sigmoid(input[1] + state[1]);
    set_h((1 - z) * torch::tanh(input[2] + r * state[2]) + z * h_);
    return h_;
  }

  torch::Tensor reset_before(const torch::Tensor& sums) {
    const auto gate = torch::sigmoid(part(sums, 0, 2) + product(h_, 0, 2)).chunk(2, 1);
    const torch::Tensor n = torch::tanh(part(sums, 2, 1) + product(gate[0] * h_, 2, 1));
    set_h((1 - gate[1]) * n + gate[1] * h_);
    return h_;
  }

  const RecurrentOptions& options_;
  const Direction& weights_;
  CarriedStates::Layer* carried_ = nullptr;
  torch::Tensor sums_;    // [B, T, G * H]
  torch::Tensor h_;       // [B, H]
  torch::Tensor c_;       // [B, H]
  torch::Tensor keep_h_;  // [B, T, H], in training with zoneout
  torch::Tensor keep_c_;
  std::int64_t t_ = 0;
};

bool libtorch_has(const RecurrentOptions& options) {
  if (options.zoneout > 0 || options.layer_norm || options.learned_initial_state) return false;
  return options.cell == CellKind::kLstm || options.cell == CellKind::kGru ||
         options.cell == CellKind::kRnnTanh || options.cell == CellKind::kRnnRelu;
}

}  // namespace

torch::Tensor run_direction(const RecurrentOptions& options, const torch::Tensor& input,
                            const RecurrentImpl::Direction& weights, std::size_t number,
                            const LayerContext& context) {
  if (libtorch_has(options)) return run_known_cell(options, input, weights, context.carried());
  return StepLoop(options, input, weights, number, context).run();
}

}  // namespace sequent
