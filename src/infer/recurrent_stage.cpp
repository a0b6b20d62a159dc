// The recurrent layers of the fused engine.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>

#include "infer/input_products.h"
#include "infer/plain_cell.h"
#include "infer/stages.h"

namespace sequent {
namespace {

using kernels::Arena;
using kernels::CellSize;
using kernels::PackedWeights;
using kernels::Pooling;
using kernels::StepPlan;

/// Returns the weight of one direction by its torch::nn name, such as `weight_ih_l0_reverse`.
const float* weight_of(const WeightSource& weights, const std::string& prefix, const char* name,
                       std::size_t direction) {
  std::string full = prefix;
  full += name;
  full += direction == 0 ? "_l0" : "_l0_reverse";
  return weights(full).data();
}

/// Starts from `carried` and stores the final state there; nullptr: starts from zero. The kernels
/// copy the initial state before they write the final one.
void carry(LayerStates* carried, std::int64_t units, kernels::Run<float>& run,
           kernels::Output<float>& output) {
  if (carried == nullptr) return;
  run.start.hidden = carried->hidden.data();
  output.last = carried->hidden.data();
  output.last_stride = units;
  if (carried->cells.empty()) return;
  run.start.cells = carried->cells.data();
  output.last_cells = carried->cells.data();
}

/// For a residual layer.
void add_input(const Flow& flow, std::int64_t count, float* result) {
  std::transform(result, result + count, flow.values, result, std::plus<>());
}

class RecurrentStage : public Stage {
 public:
  RecurrentStage(const RecurrentShape& shape, const std::string& prefix,
                 const WeightSource& weights, const TokenInput& tokens)
      : shape_(shape) {
    for (std::size_t d = 0; d < shape.directions; ++d) {
      const auto weight = [&](const char* name) { return weight_of(weights, prefix, name, d); };
      const kernels::Cell cell = shape.size.cell;
      kernels::Weights<float> all;
      all.weight_ih = weight("weight_ih");
      all.bias_ih = weight("bias_ih");
      if (kernels::has_recurrent_weights(cell)) all.weight_hh = weight("weight_hh");
      if (cell == kernels::Cell::kGru) all.bias_hh = weight("bias_hh");
      if (kernels::peephole_count(cell) > 0) all.peephole = weight("weight_peephole");
      packed_.push_back(shape.kernels->pack(shape.size, all, memory_));
    }
    inputs_.emplace(*shape_.kernels, shape_.size, packed_, tokens);
  }

  void run(Flow& flow) const override {
    const auto& k = *shape_.kernels;
    const auto products = inputs_->of(flow);
    const std::int64_t units = shape_.size.units;
    const std::int64_t width = units * static_cast<std::int64_t>(shape_.directions);
    const bool sequence = shape_.result == Result::kSequence;
    const std::int64_t count = sequence ? flow.plan.tokens() : flow.plan.rows();
    auto* result = flow.arena.take<float>(to_size(count * width));
    LayerStates* carried = flow.take_carried();
    for (std::size_t d = 0; d < shape_.directions; ++d) {
      const bool reversed = d == 1;
      kernels::Run<float> run;
      run.table_row_of_token = products[d].row_of_token.data();
      run.table = products[d].table;
      float* begin = result + static_cast<std::int64_t>(d) * units;
      kernels::Output<float> output;
      std::vector<std::int32_t> targets;
      if (sequence) {
        targets = reversed ? flow.mirrored : identity(flow.plan.tokens());
        output = {begin, width, targets.data(), nullptr, 0};
      } else if (shape_.result == Result::kLastVisited) {
        output = {nullptr, 0, nullptr, begin, width};
      } else {
        run.pooling = pooling(reversed);
        run.pooled = begin;
        run.pooled_stride = width;
      }
      carry(carried, units, run, output);
      k.run(shape_.size, packed_[d], flow.plan, run, output, flow.arena);
    }
    if (shape_.result == Result::kPooled && shape_.pool == PoolMode::kMean) {
      divide_by_length(flow.plan, width, result);
    }
    if (shape_.residual) add_input(flow, count * width, result);
    flow.values = result;
    flow.width = width;
    flow.is_sequence = sequence;
  }

 private:
  /// The backward direction visits the text's last step first.
  Pooling pooling(bool reversed) const {
    switch (shape_.pool) {
      case PoolMode::kMax:
        return Pooling::kMax;
      case PoolMode::kMean:
        return Pooling::kSum;
      case PoolMode::kLast:
        return reversed ? Pooling::kFirst : Pooling::kLast;
      case PoolMode::kFirst:
        return reversed ? Pooling::kLast : Pooling::kFirst;
    }
    return Pooling::kMax;
  }

  static void divide_by_length(const StepPlan& plan, std::int64_t width, float* values) {
    for (std::int64_t place = 0; place < plan.rows(); ++place) {
      float* row = values + plan.row(place) * width;
      const auto length = static_cast<float>(plan.length(place));
      for (std::int64_t i = 0; i < width; ++i) row[i] /= length;
    }
  }

  RecurrentShape shape_;
  Arena memory_;
  std::vector<PackedWeights<float>> packed_;
  std::optional<InputProducts> inputs_;
};

/// The kernel computes the states; then, for all of them, y = sigmoid(W x + U h + b) * tanh(h).
class HiddenStateStage : public Stage {
 public:
  HiddenStateStage(const RecurrentShape& shape, const std::string& prefix,
                   const WeightSource& weights)
      : shape_(shape) {
    const std::int64_t units = shape.size.units;
    const std::int64_t gate = 3 * units;
    zeros_.assign(to_size(units), 0);
    input_gate_ = {kernels::Cell::kRnnTanh, shape.size.input, units};
    state_gate_ = {kernels::Cell::kRnnTanh, units, units};
    const auto& k = *shape_.kernels;
    for (std::size_t d = 0; d < shape.directions; ++d) {
      const float* weight_ih = weight_of(weights, prefix, "weight_ih", d);
      const float* weight_hh = weight_of(weights, prefix, "weight_hh", d);
      const float* bias = weight_of(weights, prefix, "bias_ih", d);
      states_.push_back(
          k.pack(shape.size, {weight_ih, weight_hh, bias, nullptr, nullptr}, memory_));
      inputs_.push_back(k.pack(
          input_gate_,
          {weight_ih + gate * shape.size.input, nullptr, bias + gate, nullptr, nullptr}, memory_));
      recurrent_.push_back(
          k.pack(state_gate_, {weight_hh + gate * units, nullptr, zeros_.data(), nullptr, nullptr},
                 memory_));
    }
  }

  void run(Flow& flow) const override {
    const std::int64_t tokens = flow.plan.tokens();
    const std::int64_t width = shape_.size.units * static_cast<std::int64_t>(shape_.directions);
    auto* all = flow.arena.take<float>(to_size(tokens * width));
    for (std::size_t d = 0; d < shape_.directions; ++d) run_direction(flow, d, width, all);
    if (shape_.result == Result::kLastVisited) return take_last(flow, width, all);
    if (shape_.residual) add_input(flow, tokens * width, all);
    flow.values = all;
    flow.width = width;
  }

 private:
  float* project(const Flow& flow, const CellSize& size, const PackedWeights<float>& weights,
                 const float* rows) const {
    const auto& k = *shape_.kernels;
    auto* table = flow.arena.take<float>(to_size(flow.plan.tokens() * k.gate_stride(size)));
    k.project(size, weights, rows, size.input, flow.plan.tokens(), table);
    return table;
  }

  void run_direction(Flow& flow, std::size_t d, std::int64_t width, float* all) const {
    const auto& k = *shape_.kernels;
    const std::int64_t units = shape_.size.units;
    const std::int64_t tokens = flow.plan.tokens();
    const auto order = d == 1 ? flow.mirrored : identity(tokens);
    auto* states = flow.arena.take<float>(to_size(tokens * units));
    kernels::Run<float> run;
    run.table_row_of_token = order.data();
    run.table = project(flow, shape_.size, states_[d], flow.values);
    kernels::Output<float> output{states, units, order.data(), nullptr, 0};
    carry(flow.take_carried(), units, run, output);
    k.run(shape_.size, states_[d], flow.plan, run, output, flow.arena);
    const float* from_input = project(flow, input_gate_, inputs_[d], flow.values);
    const float* from_state = project(flow, state_gate_, recurrent_[d], states);
    const std::int64_t stride = k.gate_stride(input_gate_);
    for (std::int64_t i = 0; i < tokens; ++i) {
      float* to = all + i * width + static_cast<std::int64_t>(d) * units;
      for (std::int64_t u = 0; u < units; ++u) {
        const float sum = from_input[i * stride + u] + from_state[i * stride + u];
        to[u] = std::tanh(states[i * units + u]) / (1 + std::exp(-sum));
      }
    }
  }

  /// Forwards: the row's last step; backwards: its first.
  void take_last(Flow& flow, std::int64_t width, const float* all) const {
    const StepPlan& plan = flow.plan;
    auto* result = flow.arena.take<float>(to_size(plan.rows() * width));
    const std::int64_t units = shape_.size.units;
    for (std::int64_t place = 0; place < plan.rows(); ++place) {
      float* to = result + plan.row(place) * width;
      const float* last = all + (plan.first(plan.length(place) - 1) + place) * width;
      std::copy(last, last + units, to);
      const float* first = all + place * width;
      std::copy(first + units, first + width, to + units);
    }
    flow.values = result;
    flow.width = width;
    flow.is_sequence = false;
  }

  RecurrentShape shape_;
  CellSize input_gate_;
  CellSize state_gate_;
  std::vector<float> zeros_;
  Arena memory_;
  std::vector<PackedWeights<float>> states_, inputs_, recurrent_;
};

class PlainStage : public Stage {
 public:
  PlainStage(const PlainShape& shape, const std::string& prefix, const WeightSource& weights,
             const TokenInput& tokens)
      : shape_(shape) {
    std::vector<PackedWeights<float>> packed;
    for (std::size_t d = 0; d < shape.directions; ++d) {
      directions_.push_back(std::make_unique<PlainCell>(
          *shape.kernels, shape.form, shape.units, cell_weights(shape.form, prefix, d, weights)));
      packed.push_back(directions_.back()->input_weights());
    }
    inputs_.emplace(*shape.kernels, directions_.front()->input_size(), packed, tokens);
  }

  void run(Flow& flow) const override {
    const auto products = inputs_->of(flow);
    const std::int64_t width = shape_.units * static_cast<std::int64_t>(shape_.directions);
    const std::int64_t count = shape_.is_sequence ? flow.plan.tokens() : flow.plan.rows();
    auto* result = flow.arena.take<float>(to_size(count * width));
    LayerStates* carried = flow.take_carried();
    for (std::size_t d = 0; d < shape_.directions; ++d) {
      float* begin = result + static_cast<std::int64_t>(d) * shape_.units;
      const auto targets = d == 0 ? identity(flow.plan.tokens()) : flow.mirrored;
      kernels::Output<float> output;
      if (shape_.is_sequence) {
        output = {begin, width, targets.data(), nullptr, 0};
      } else {
        output = {nullptr, 0, nullptr, begin, width};
      }
      directions_[d]->run(flow.plan, {products[d].table, products[d].row_of_token.data()}, output,
                          carried, flow.arena);
    }
    if (shape_.residual) add_input(flow, count * width, result);
    flow.values = result;
    flow.width = width;
    flow.is_sequence = shape_.is_sequence;
  }

 private:
  PlainShape shape_;
  std::vector<std::unique_ptr<PlainCell>> directions_;
  std::optional<InputProducts> inputs_;
};

}  // namespace

StagePointer plain_recurrent_stage(const PlainShape& shape, const std::string& prefix,
                                   const WeightSource& weights, const TokenInput& tokens) {
  return std::make_unique<PlainStage>(shape, prefix, weights, tokens);
}

StagePointer recurrent_stage(const RecurrentShape& shape, const std::string& prefix,
                             const WeightSource& weights, const TokenInput& tokens) {
  return std::make_unique<RecurrentStage>(shape, prefix, weights, tokens);
}

StagePointer hidden_state_stage(const RecurrentShape& shape, const std::string& prefix,
                                const WeightSource& weights) {
  return std::make_unique<HiddenStateStage>(shape, prefix, weights);
}

}  // namespace sequent
