#include "infer/plain_cell.h"

#include <algorithm>
#include <span>

#include "infer/normal_row.h"

namespace sequent {
namespace {

using kernels::Arena;
using kernels::StepPlan;

std::vector<float> copied(std::span<const float> values) { return {values.begin(), values.end()}; }

}  // namespace

/// See CellFormula. Results are allocated in the arena.
class PlainCell::Math {
 public:
  /// Rows of `width` values each, `stride` apart.
  struct Value {
    float* values = nullptr;
    std::int64_t stride = 0;
    std::int64_t width = 0;

    float* row(std::int64_t i) const { return values + i * stride; }
  };

  Math(const PlainCell& cell, std::int64_t rows, Arena& arena)
      : cell_(cell), rows_(rows), arena_(arena) {}

  Value gates(const Value& x, GateRange range) const {
    return {x.values + range.first * cell_.units_, x.stride, range.count * cell_.units_};
  }

  Value product(const Value& state, std::size_t part) {
    const Value result = multiply(state, cell_.recurrent_[part]);
    if (!cell_.norm_hh_.empty()) {
      const std::int64_t first = cell_.recurrent_[part].gates.first * cell_.units_;
      normalize(result, cell_.norm_hh_.data() + first, cell_.zeros_.data());
    }
    return result;
  }

  Value with_recurrent_bias(const Value& x) {
    Value result = fresh(x.width);
    for (std::int64_t i = 0; i < rows_; ++i) {
      std::transform(x.row(i), x.row(i) + x.width, cell_.bias_hh_.data(), result.row(i),
                     std::plus<>());
    }
    return result;
  }

  Value peephole(const Value& c, GateRange range) {
    if (cell_.form_.full_peephole) {
      const auto part = std::find_if(cell_.peephole_parts_.begin(), cell_.peephole_parts_.end(),
                                     [&](const Part& p) { return p.gates.first == range.first; });
      return multiply(c, *part);
    }
    Value result = fresh(range.count * cell_.units_);
    for (std::int64_t i = 0; i < rows_; ++i) {
      for (std::int64_t g = 0; g < range.count; ++g) {
        const float* weight = cell_.peephole_.data() + (range.first + g) * cell_.units_;
        std::transform(c.row(i), c.row(i) + cell_.units_, weight, result.row(i) + g * cell_.units_,
                       std::multiplies<>());
      }
    }
    return result;
  }

  Value shown(const Value& c) {
    if (cell_.norm_cell_.empty()) return c;
    const Value result = copy(c);
    normalize(result, cell_.norm_cell_.data(), cell_.norm_cell_bias_.data());
    return result;
  }

  Value sum(const Value& a, const Value& b) {
    return combine(a, b, [](float x, float y) { return x + y; });
  }
  Value times(const Value& a, const Value& b) {
    return combine(a, b, [](float x, float y) { return x * y; });
  }
  Value mix(double share, const Value& a, const Value& b) {
    const auto of_a = static_cast<float>(share);
    const auto of_b = static_cast<float>(1 - share);
    return combine(a, b, [of_a, of_b](float x, float y) { return of_a * x + of_b * y; });
  }
  Value mix(const Value& share, const Value& a, const Value& b) {
    Value result = fresh(a.width);
    for (std::int64_t i = 0; i < rows_; ++i) {
      const float* s = share.row(i);
      const float* x = a.row(i);
      const float* y = b.row(i);
      float* to = result.row(i);
      for (std::int64_t k = 0; k < a.width; ++k) to[k] = s[k] * x[k] + (1 - s[k]) * y[k];
    }
    return result;
  }

  Value sigmoid(const Value& x) {
    const Value result = copy(x);
    cell_.kernels_.sigmoid(result.values, rows_ * result.width);
    return result;
  }
  Value tanh(const Value& x) {
    const Value result = copy(x);
    cell_.kernels_.tanh(result.values, rows_ * result.width);
    return result;
  }
  Value relu(const Value& x) {
    const Value result = copy(x);
    // NaN is not less than 0 and is kept.
    std::transform(result.values, result.values + rows_ * result.width, result.values,
                   [](float value) { return value < 0 ? 0 : value; });
    return result;
  }

  /// The input's part of the gates for the tokens from `first` on, normalized if the cell is.
  Value sums(const Products& products, std::int64_t first) {
    const std::int64_t stride = cell_.kernels_.gate_stride(cell_.input_size_);
    Value result = fresh(cell_.input_size_.units);
    for (std::int64_t i = 0; i < rows_; ++i) {
      std::copy_n(products.table + products.row_of_token[first + i] * stride, result.width,
                  result.row(i));
    }
    if (!cell_.norm_ih_.empty()) {
      normalize(result, cell_.norm_ih_.data(), cell_.bias_ih_.data());
    }
    return result;
  }

  /// Copies the first rows of a state.
  void store(const Value& from, float* to) const {
    if (from.values == to) return;
    for (std::int64_t i = 0; i < rows_; ++i)
      std::copy_n(from.row(i), from.width, to + i * from.width);
  }

 private:
  Value fresh(std::int64_t width) const {
    return {arena_.take<float>(to_size(rows_ * width)), width, width};
  }
  Value copy(const Value& x) const {
    const Value result = fresh(x.width);
    store(x, result.values);
    return result;
  }

  template <class Function>
  Value combine(const Value& a, const Value& b, const Function& function) const {
    const Value result = fresh(a.width);
    for (std::int64_t i = 0; i < rows_; ++i) {
      const float* x = a.row(i);
      const float* y = b.row(i);
      float* to = result.row(i);
      for (std::int64_t k = 0; k < a.width; ++k) to[k] = function(x[k], y[k]);
    }
    return result;
  }

  Value multiply(const Value& state, const Part& part) const {
    const std::int64_t stride = cell_.kernels_.gate_stride(part.size);
    const Value result{arena_.take<float>(to_size(rows_ * stride)), stride, part.size.units};
    cell_.kernels_.project(part.size, part.packed, state.values, state.stride, rows_,
                           result.values);
    return result;
  }

  void normalize(const Value& x, const float* gain, const float* bias) const {
    for (std::int64_t i = 0; i < rows_; ++i) {
      float* row = x.row(i);
      normalize_row(row, x.width, kCellNormEpsilon, row);
      for (std::int64_t k = 0; k < x.width; ++k) row[k] = row[k] * gain[k] + bias[k];
    }
  }

  const PlainCell& cell_;
  std::int64_t rows_;
  Arena& arena_;
};

PlainCell::PlainCell(const kernels::Kernels<float>& kernels, const CellForm& form,
                     std::int64_t units, const CellWeightViews& weights)
    : kernels_(kernels),
      form_(form),
      units_(units),
      input_size_{kernels::Cell::kRnnTanh,
                  std::ssize(weights.weight_ih) / (gate_count(form.kind) * units),
                  gate_count(form.kind) * units},
      zeros_(to_size(input_size_.units)),
      bias_hh_(copied(weights.bias_hh)),
      norm_ih_(copied(weights.norm_ih)),
      norm_hh_(copied(weights.norm_hh)),
      norm_cell_(copied(weights.norm_cell)),
      norm_cell_bias_(copied(weights.norm_cell_bias)),
      initial_h_(copied(weights.initial_h)),
      initial_c_(copied(weights.initial_c)) {
  // With layer_norm, the bias is added to the normalized products.
  if (form.layer_norm) bias_ih_ = copied(weights.bias_ih);
  const float* bias = form.layer_norm ? zeros_.data() : weights.bias_ih.data();
  input_ = kernels_.pack(input_size_, {weights.weight_ih.data(), nullptr, bias, nullptr, nullptr},
                         memory_);
  for (const GateRange gates : recurrent_parts(form.kind)) {
    recurrent_.push_back(part_of(weights.weight_hh, gates));
  }
  if (form.full_peephole) {
    for (const GateRange gates : kFullPeepholeParts) {
      peephole_parts_.push_back(part_of(weights.peephole, gates));
    }
  } else {
    peephole_ = copied(weights.peephole);
  }
}

/// Shapes: weight [all gates * units, units].
PlainCell::Part PlainCell::part_of(std::span<const float> weight, GateRange gates) {
  const kernels::CellSize size{kernels::Cell::kRnnTanh, units_, gates.count * units_};
  const float* rows = weight.data() + gates.first * units_ * units_;
  return {size, kernels_.pack(size, {rows, nullptr, zeros_.data(), nullptr, nullptr}, memory_),
          gates};
}

/// Returns the initial states in the plan's order, [rows, units].
float* PlainCell::start(const StepPlan& plan, const std::vector<float>& initial,
                        const std::vector<float>* carried, Arena& arena) const {
  auto* states = arena.take<float>(to_size(plan.rows() * units_));
  for (std::int64_t place = 0; place < plan.rows(); ++place) {
    float* to = states + place * units_;
    if (carried != nullptr && !carried->empty()) {
      std::copy_n(carried->data() + plan.row(place) * units_, units_, to);
    } else if (!initial.empty()) {
      std::copy_n(initial.data(), units_, to);
    } else {
      std::fill_n(to, units_, 0.0F);
    }
  }
  return states;
}

void PlainCell::finish(const StepPlan& plan, const float* states,
                       std::vector<float>& carried) const {
  if (carried.empty()) return;
  for (std::int64_t place = 0; place < plan.rows(); ++place) {
    std::copy_n(states + place * units_, units_, carried.data() + plan.row(place) * units_);
  }
}

void PlainCell::run(const StepPlan& plan, const Products& products,
                    const kernels::Output<float>& output, LayerStates* carried,
                    Arena& arena) const {
  float* hidden = start(plan, initial_h_, carried == nullptr ? nullptr : &carried->hidden, arena);
  float* cells = start(plan, initial_c_, carried == nullptr ? nullptr : &carried->cells, arena);
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    const Arena::Scope scope(arena);
    const std::int64_t first = plan.first(step);
    Math math(*this, plan.active(step), arena);
    // Rows that have ended are behind the active ones; their states do not change any more.
    const auto found =
        CellFormula<Math>(form_, math)
            .step(math.sums(products, first), {{hidden, units_, units_}, {cells, units_, units_}});
    for (std::int64_t place = 0; place < plan.active(step); ++place) {
      const float* from = found.output.row(place);
      if (output.sequence != nullptr) {
        std::copy_n(from, units_,
                    output.sequence + output.row_of_token[first + place] * output.stride);
      }
      if (output.last != nullptr && step + 1 == plan.length(place)) {
        std::copy_n(from, units_, output.last + plan.row(place) * output.last_stride);
      }
    }
    math.store(found.states.hidden, hidden);
    math.store(found.states.cell, cells);
  }
  if (carried == nullptr) return;
  finish(plan, hidden, carried->hidden);
  finish(plan, cells, carried->cells);
}

}  // namespace sequent
