// Recurrent layers with gradients, on the kernels in double precision.
#include <array>
#include <cmath>
#include <utility>

#include "infer/gradient_layers.h"
#include "infer/stages.h"
#include "kernels/cell_kind.h"
#include "kernels/recurrent.h"

namespace sequent {
namespace {

using kernels::Arena;
using kernels::StepPlan;

StepPlan plan_of(const StepValues& x) {
  return StepPlan(std::vector<std::int64_t>(to_size(x.rows), x.steps));
}

std::vector<std::int32_t> in_order(std::int64_t count) {
  std::vector<std::int32_t> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(static_cast<std::int32_t>(i));
  return rows;
}

/// One direction's weights.
struct Direction {
  std::vector<double> weight_ih;
  std::vector<double> weight_hh;
  std::vector<double> bias_ih;
  std::vector<double> bias_hh;
  std::vector<double> peephole;
  kernels::PackedWeights<double> packed;

  kernels::Weights<double> view() const {
    const auto pointer = [](const std::vector<double>& values) {
      return values.empty() ? nullptr : values.data();
    };
    return {pointer(weight_ih), pointer(weight_hh), pointer(bias_ih), pointer(bias_hh),
            pointer(peephole)};
  }
};

/// A forward pass of both directions, with all that the backward pass needs. Rows of equal length
/// have the order of StepValues in a plan.
struct RecurrentCall {
  explicit RecurrentCall(StepValues values)
      : input(std::move(values)),
        plan(plan_of(input)),
        order{in_order(plan.tokens()), plan.mirrored()} {}

  kernels::Input<double> rows(std::size_t direction) const {
    return {input.values.data(), input.width, input.count(), order[direction].data(), false};
  }

  StepValues input;
  StepPlan plan;
  std::array<std::vector<std::int32_t>, 2> order;  // tokens as each direction visits them
  std::array<kernels::States<double>, 2> states;
  Arena arena;
};

class RecurrentGradient : public GradientLayer {
 public:
  RecurrentGradient(const GradientRecurrentShape& shape, const std::string& prefix,
                    const WeightSource& weights)
      : shape_(shape), size_{kernel_cell(shape.cell.kind).value(), shape.input, shape.units} {
    for (const char* suffix : {"_l0", "_l0_reverse"}) {
      if (directions_.size() == 1 && !shape.bidirectional) break;
      const auto read = [&](const char* name) { return doubles(weights(prefix + name + suffix)); };
      Direction direction;
      direction.weight_ih = read("weight_ih");
      direction.bias_ih = read("bias_ih");
      if (kernels::has_recurrent_weights(size_.cell)) direction.weight_hh = read("weight_hh");
      if (size_.cell == kernels::Cell::kGru) direction.bias_hh = read("bias_hh");
      if (kernels::peephole_count(size_.cell) > 0) direction.peephole = read("weight_peephole");
      if (has_output_gate()) add_output_gate(direction);
      direction.packed = kernels::kernels<double>().pack(size_, direction.view(), memory_);
      directions_.push_back(std::move(direction));
    }
  }

  GradientPass run(StepValues input) const override {
    const auto call = std::make_shared<RecurrentCall>(std::move(input));
    StepValues states(call->input.steps, call->input.rows, width());
    for (std::size_t d = 0; d < directions_.size(); ++d) {
      kernels::Output<double> output;
      output.sequence = states.values.data() + static_cast<std::int64_t>(d) * shape_.units;
      output.stride = width();
      output.row_of_token = call->order[d].data();
      call->states[d] = kernels::kernels<double>().forward(size_, directions_[d].packed, call->plan,
                                                           call->rows(d), {}, output, call->arena);
    }
    const auto gates = std::make_shared<StepValues>();  // the output gates, if the cell has them
    StepValues y = has_output_gate() ? gated(call->input, states, *gates) : states;
    if (!shape_.return_sequences) y = last_visited(y);
    if (shape_.residual) {
      for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += call->input.values[i];
    }
    return {std::move(y), [this, call, gates, states](const StepValues& gradient) {
              return backward(*call, states, *gates, gradient);
            }};
  }

 private:
  std::int64_t width() const {
    return shape_.units * static_cast<std::int64_t>(directions_.size());
  }

  /// The kernel computes the hidden-state cell's state h; the output is
  /// sigmoid(W x + U h + b) * tanh(h), where W, U and b are the last gate's.
  bool has_output_gate() const { return shape_.cell.kind == CellKind::kHiddenState; }

  void add_output_gate(Direction& direction) {
    const std::int64_t gate = 3 * shape_.units;
    const std::vector<double> none(to_size(shape_.units));
    from_input_.emplace_back(shape_.input,
                             std::span(direction.weight_ih).subspan(to_size(gate * shape_.input)),
                             std::span(direction.bias_ih).subspan(to_size(gate)));
    from_state_.emplace_back(
        shape_.units, std::span(direction.weight_hh).subspan(to_size(gate * shape_.units)), none);
  }

  /// Returns one direction's columns.
  StepValues columns(const StepValues& all, std::size_t direction) const {
    StepValues result(all.steps, all.rows, shape_.units);
    for (std::int64_t i = 0; i < all.count(); ++i) {
      std::copy_n(
          all.values.data() + i * all.width + static_cast<std::int64_t>(direction) * shape_.units,
          shape_.units, result.values.data() + i * shape_.units);
    }
    return result;
  }

  StepValues gated(const StepValues& input, const StepValues& states, StepValues& gates) const {
    gates = StepValues(states.steps, states.rows, states.width);
    StepValues y = gates;
    for (std::size_t d = 0; d < directions_.size(); ++d) {
      const StepValues own = columns(states, d);
      const std::vector<double> of_input = from_input_[d].of(input.values.data(), input.count());
      const std::vector<double> of_state = from_state_[d].of(own.values.data(), own.count());
      for (std::size_t i = 0; i < own.values.size(); ++i) {
        const std::size_t units = to_size(shape_.units);
        const std::size_t at = i / units * to_size(width()) + d * units + i % units;
        gates.values[at] = 1 / (1 + std::exp(-of_input[i] - of_state[i]));
        y.values[at] = gates.values[at] * std::tanh(own.values[i]);
      }
    }
    return y;
  }

  /// Forwards the last step, backwards the first.
  StepValues last_visited(const StepValues& all) const {
    StepValues result(1, all.rows, all.width);
    for (std::int64_t row = 0; row < all.rows; ++row) {
      std::copy_n(all.at(all.steps - 1, row), shape_.units, result.at(0, row));
      if (!shape_.bidirectional) continue;
      std::copy_n(all.at(0, row) + shape_.units, shape_.units, result.at(0, row) + shape_.units);
    }
    return result;
  }
  StepValues spread_last(const StepValues& gradient, std::int64_t steps) const {
    StepValues result(steps, gradient.rows, gradient.width);
    for (std::int64_t row = 0; row < gradient.rows; ++row) {
      std::copy_n(gradient.at(0, row), shape_.units, result.at(steps - 1, row));
      if (!shape_.bidirectional) continue;
      std::copy_n(gradient.at(0, row) + shape_.units, shape_.units,
                  result.at(0, row) + shape_.units);
    }
    return result;
  }

  StepValues backward(RecurrentCall& call, const StepValues& states, const StepValues& gates,
                      const StepValues& gradient) const {
    StepValues of_states =
        shape_.return_sequences ? gradient : spread_last(gradient, call.input.steps);
    StepValues result(call.input.steps, call.input.rows, call.input.width);
    if (shape_.residual) result.values = gradient.values;
    if (has_output_gate()) retreat_gates(states, gates, of_states, result);
    for (std::size_t d = 0; d < directions_.size(); ++d) {
      kernels::OutputGradient<double> output;
      output.sequence = of_states.values.data() + static_cast<std::int64_t>(d) * shape_.units;
      output.stride = width();
      output.row_of_token = call.order[d].data();
      kernels::kernels<double>().backward(size_, directions_[d].view(), call.plan, call.rows(d),
                                          output, call.states[d], result.values.data(), {},
                                          call.arena);
    }
    return result;
  }

  /// Turns the gradient of the output into that of the states, and adds the output gates' part of
  /// the input's gradient.
  void retreat_gates(const StepValues& states, const StepValues& gates, StepValues& gradient,
                     StepValues& of_input) const {
    StepValues of_sums(states.steps, states.rows, states.width);
    for (std::size_t i = 0; i < states.values.size(); ++i) {
      const double seen = std::tanh(states.values[i]);
      const double gate = gates.values[i];
      of_sums.values[i] = gradient.values[i] * seen * gate * (1 - gate);
      gradient.values[i] *= gate * (1 - seen * seen);
    }
    for (std::size_t d = 0; d < directions_.size(); ++d) {
      const StepValues own = columns(of_sums, d);
      const auto to_input = from_input_[d].backward(own.values.data(), own.count());
      const auto to_state = from_state_[d].backward(own.values.data(), own.count());
      for (std::size_t i = 0; i < to_input.size(); ++i) of_input.values[i] += to_input[i];
      for (std::size_t i = 0; i < to_state.size(); ++i) {
        const std::size_t units = to_size(shape_.units);
        gradient.values[i / units * to_size(width()) + d * units + i % units] += to_state[i];
      }
    }
  }

  GradientRecurrentShape shape_;
  kernels::CellSize size_;
  Arena memory_;
  std::vector<Direction> directions_;
  std::vector<GradientProduct> from_input_;  // of the output gate, per direction
  std::vector<GradientProduct> from_state_;
};

}  // namespace

GradientLayerPointer gradient_recurrent(const GradientRecurrentShape& shape,
                                        const std::string& prefix, const WeightSource& weights) {
  return std::make_unique<RecurrentGradient>(shape, prefix, weights);
}

}  // namespace sequent
