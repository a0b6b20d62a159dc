// Recurrent layers. They run on kernels/ if possible, otherwise on LibTorch's operators with
// right-padded input, where the backward direction is a forward pass over individually reversed
// rows. Packed sequences are never used, because LibTorch processes them operator by operator.
#include <cmath>

#include "model/initial_weights.h"
#include "model/noise.h"
#include "model/recurrent_kernels.h"
#include "model/recurrent_operators.h"
#include "sequent/model.h"

namespace sequent {
namespace {

/// Returns, for each row and position t, the index of the step at t when the row's real steps are
/// reversed. Padding keeps its position. Shapes: lengths [B], padding [B, T] -> [B, T] int64.
torch::Tensor reversed_steps(const torch::Tensor& lengths, const torch::Tensor& padding) {
  const torch::Tensor steps = torch::arange(padding.size(1), lengths.options()).unsqueeze(0);
  return torch::where(padding, steps.expand_as(padding), lengths.unsqueeze(1) - 1 - steps);
}

/// Selects the steps `index` of each row. Shapes: [B, T, D], [B, T'] -> [B, T', D].
torch::Tensor take_steps(const torch::Tensor& sequence, const torch::Tensor& index) {
  return sequence.gather(1, index.unsqueeze(2).expand({-1, -1, sequence.size(2)}));
}

}  // namespace

RecurrentImpl::RecurrentImpl(const RecurrentOptions& options) : options_(options) {
  const CellFacts facts = cell_facts(options.cell);
  const std::int64_t units = options.units;
  const std::int64_t rows = facts.gates * units;
  for (const char* suffix : {"", "_reverse"}) {
    if (*suffix != '\0' && !options.bidirectional) break;
    const std::string end = std::string("_l0") + suffix;
    const auto parameter = [&](const char* name, torch::IntArrayRef sizes) {
      return register_parameter(name + end, torch::zeros(sizes));
    };
    Direction direction;
    direction.weight_ih = parameter("weight_ih", {rows, options.input_size});
    if (facts.recurrent_matrix) direction.weight_hh = parameter("weight_hh", {rows, units});
    direction.bias_ih = parameter("bias_ih", {rows});
    if (facts.recurrent_bias) direction.bias_hh = parameter("bias_hh", {rows});
    if (facts.peepholes > 0) {
      const std::int64_t peephole_rows = facts.peepholes * (options.full_peephole ? units : 1);
      direction.peephole = parameter("weight_peephole", {peephole_rows, units});
    }
    if (options.layer_norm) {
      direction.norm_ih = parameter("norm_ih", {rows});
      if (facts.recurrent_matrix) direction.norm_hh = parameter("norm_hh", {rows});
      if (facts.cell_state) {
        direction.norm_cell = parameter("norm_cell", {units});
        direction.norm_cell_bias = parameter("norm_cell_bias", {units});
      }
    }
    if (options.learned_initial_state) {
      if (reads_hidden_state(options.cell)) direction.initial_h = parameter("initial_h", {units});
      if (facts.cell_state) direction.initial_c = parameter("initial_c", {units});
    }
    directions.push_back(direction);
  }
}

std::string_view RecurrentImpl::kind() const { return cell_facts(options_.cell).type; }

void RecurrentImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  for (Direction& direction : directions) {
    for (torch::Tensor* gain : {&direction.norm_ih, &direction.norm_hh, &direction.norm_cell}) {
      if (gain->defined()) gain->fill_(1);
    }
    for (torch::Tensor* start :
         {&direction.norm_cell_bias, &direction.initial_h, &direction.initial_c}) {
      if (start->defined()) start->zero_();
    }
    if (kind == Initialization::kTorch) {
      const double bound = 1 / std::sqrt(static_cast<double>(options_.units));
      for (torch::Tensor* weight : {&direction.weight_ih, &direction.weight_hh, &direction.bias_ih,
                                    &direction.bias_hh, &direction.peephole}) {
        if (weight->defined()) weight->uniform_(-bound, bound, generator);
      }
      continue;
    }
    glorot_uniform(direction.weight_ih, generator);
    if (direction.weight_hh.defined()) orthogonal(direction.weight_hh, generator);
    direction.bias_ih.zero_();
    if (direction.bias_hh.defined()) direction.bias_hh.zero_();
    if (direction.peephole.defined()) glorot_uniform(direction.peephole, generator);
    if (const std::int64_t gate = cell_facts(options_.cell).forget_gate; gate >= 0) {
      direction.bias_ih.narrow(0, gate * options_.units, options_.units).fill_(1);
    }
  }
}

torch::Tensor RecurrentImpl::run_operators(const torch::Tensor& input,
                                           const std::vector<Direction>& weights,
                                           const LayerContext& context) const {
  const torch::Tensor& lengths = context.batch.lengths;
  const torch::Tensor last_step = (lengths - 1).unsqueeze(1);
  std::vector<torch::Tensor> results;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const bool reversed = i == 1;
    torch::Tensor index;
    if (reversed) index = reversed_steps(lengths, context.padding);
    const torch::Tensor states = run_direction(
        options_, reversed ? take_steps(input, index) : input, weights[i], i, context);
    if (!options_.return_sequences) {
      results.push_back(take_steps(states, last_step).squeeze(1));
    } else {
      results.push_back(reversed ? take_steps(states, index) : states);
    }
  }
  return results.size() == 1 ? results[0] : torch::cat(results, -1);
}

namespace {

/// Selects the gates i f g of a hidden-state cell, which its kernel computes.
std::vector<RecurrentImpl::Direction> state_gates(
    const RecurrentOptions& options, const std::vector<RecurrentImpl::Direction>& all) {
  std::vector<RecurrentImpl::Direction> result;
  for (const RecurrentImpl::Direction& direction : all) {
    const std::int64_t rows = 3 * options.units;
    RecurrentImpl::Direction part;
    part.weight_ih = direction.weight_ih.narrow(0, 0, rows);
    part.weight_hh = direction.weight_hh.narrow(0, 0, rows);
    part.bias_ih = direction.bias_ih.narrow(0, 0, rows);
    result.push_back(part);
  }
  return result;
}

/// Computes y = o tanh(h) for all states of a hidden-state cell. Shapes: states [B, T, D * H] ->
/// the same, or the last visited step [B, D * H].
torch::Tensor hidden_state_output(const RecurrentOptions& options,
                                  const std::vector<RecurrentImpl::Direction>& directions,
                                  const RecurrentInput& input, const torch::Tensor& states,
                                  const LayerContext& context) {
  const std::int64_t units = options.units;
  const std::int64_t gate = 3 * units;
  std::vector<torch::Tensor> results;
  for (std::size_t d = 0; d < directions.size(); ++d) {
    const RecurrentImpl::Direction& direction = directions[d];
    torch::Tensor sums = torch::linear(input.rows, direction.weight_ih.narrow(0, gate, units),
                                       direction.bias_ih.narrow(0, gate, units));
    if (input.row_of_place != nullptr) {
      sums = sums.index_select(0, torch::tensor(*input.row_of_place, torch::kInt32));
    }
    const torch::Tensor h = states.narrow(2, static_cast<std::int64_t>(d) * units, units);
    const torch::Tensor o =
        torch::sigmoid(sums.view({h.size(0), h.size(1), units}) +
                       torch::linear(h, direction.weight_hh.narrow(0, gate, units)));
    const torch::Tensor y = o * torch::tanh(h);
    if (options.return_sequences) {
      results.push_back(y);
    } else if (d == 0) {
      results.push_back(take_steps(y, (context.batch.lengths - 1).unsqueeze(1)).squeeze(1));
    } else {  // the backward direction visits step 0 last
      results.push_back(y.select(1, 0));
    }
  }
  return results.size() == 1 ? results[0] : torch::cat(results, -1);
}

torch::Tensor run_on_kernels(const RecurrentOptions& options,
                             const std::vector<RecurrentImpl::Direction>& directions,
                             const RecurrentInput& input, std::int64_t steps,
                             const LayerContext& context) {
  const auto plan = context.plan ? context.plan : make_step_plan(context.batch.lengths);
  RecurrentInput carrying = input;
  carrying.carried = context.carried();
  carrying.bfloat16 = options.bfloat16 && context.batch.noise.has_value();
  if (options.cell != CellKind::kHiddenState) {
    return run_kernels(options, directions, carrying, plan, steps);
  }
  RecurrentOptions states_only = options;
  states_only.return_sequences = true;
  const torch::Tensor states =
      run_kernels(states_only, state_gates(options, directions), carrying, plan, steps);
  return hidden_state_output(options, directions, input, states, context);
}

}  // namespace

bool RecurrentImpl::uses_kernels(const torch::Tensor& input) const {
  const bool plain = !options_.full_peephole && options_.zoneout == 0 && !options_.layer_norm &&
                     !options_.learned_initial_state;
  return !use_operators_ && plain && kernel_cell(options_.cell) && kernels_serve(input);
}

bool RecurrentImpl::reads_distinct(const torch::Tensor& input, const LayerContext& context) const {
  const bool noisy = context.batch.noise && options_.dropout > 0;
  return uses_kernels(input) && !noisy && !options_.residual;
}

std::vector<RecurrentImpl::Direction> RecurrentImpl::dropped_weights(
    const LayerContext& context) const {
  std::vector<Direction> dropped = directions;
  if (!context.batch.noise || options_.weight_drop == 0) return dropped;
  for (std::size_t d = 0; d < dropped.size(); ++d) {
    torch::Tensor& weight = dropped[d].weight_hh;
    weight = weight * weight_mask(weight, options_.weight_drop, d, context);
  }
  return dropped;
}

torch::Tensor RecurrentImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  torch::Tensor sequence = input;
  if (context.batch.noise && options_.dropout > 0) {
    sequence = input * dropout_mask(input, options_.dropout, /*same_for_all_steps=*/true, context);
  }
  const std::vector<Direction> weights = dropped_weights(context);
  const torch::Tensor result =
      uses_kernels(sequence)
          ? run_on_kernels(options_, weights, {sequence.reshape({-1, sequence.size(2)}), nullptr},
                           sequence.size(1), context)
          : run_operators(sequence, weights, context);
  return options_.residual ? input + result : result;
}

torch::Tensor RecurrentImpl::forward_distinct(const torch::Tensor& rows,
                                              const DistinctTokens& tokens,
                                              const LayerContext& context) {
  return run_on_kernels(options_, dropped_weights(context), {rows, &tokens.row_of_place},
                        context.batch.input.size(1), context);
}

}  // namespace sequent
