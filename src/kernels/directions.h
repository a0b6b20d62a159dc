// One direction of a recurrent layer, forward and backward. Included only by the isa_*.cpp files.
#pragma once

#include "kernels/cells.h"
#include "kernels/products.h"
#include "kernels/recurrent.h"

namespace sequent::kernels {
namespace {

/// Values from token to token for `width` gates: an odd number of cache lines, so that a column of
/// many tokens spreads over the whole cache.
template <class T>
constexpr std::int64_t gate_stride(std::int64_t width) {
  constexpr std::int64_t kLine = 64 / static_cast<std::int64_t>(sizeof(T));
  return (((width + kLine - 1) / kLine) | 1) * kLine;
}

/// Sizes and the order of the gates in memory: for each vector of units its G gates side by side.
template <class T>
struct Layout {
  std::int64_t input;
  std::int64_t units;
  std::int64_t gates;
  std::int64_t padded;  // units, rounded up to whole vectors
  std::int64_t width;   // gates * padded
  std::int64_t stride;  // from token to token

  explicit Layout(const CellSize& size)
      : input(size.input),
        units(size.units),
        gates(gate_count(size.cell)),
        padded((size.units + kLanes<T> - 1) / kLanes<T> * kLanes<T>),
        width(gates * padded),
        stride(gate_stride<T>(width)) {}

  /// A panel holds all gates of one vector of units; of a cell with one gate, four vectors.
  Panels<T> gate_panels() const {
    return {width, gates == 1 ? kPanelVectors : static_cast<int>(gates)};
  }

  /// The row of torch::nn's matrices that stands in this column; -1 for a unit that is filling.
  std::int64_t row_of_column(std::int64_t column) const {
    const std::int64_t block = column / (gates * kLanes<T>);
    const std::int64_t gate = column % (gates * kLanes<T>) / kLanes<T>;
    const std::int64_t unit = block * kLanes<T> + column % kLanes<T>;
    return unit < units ? gate * units + unit : -1;
  }
};

/// Packs the transpose of a weight [G * H, depth]: panels of gate columns.
template <class T>
const T* pack_gates(const Layout<T>& layout, const T* weight, std::int64_t depth, Arena& arena) {
  const Panels<T> panels = layout.gate_panels();
  T* packed = arena.take<T>(static_cast<std::size_t>(panels.packed_size(depth)));
  for (std::int64_t p = 0; p < panels.count(); ++p) {
    T* panel = packed + panels.begin(p, depth);
    const std::int64_t width = panels.vectors_of(p) * kLanes<T>;
    for (std::int64_t first = 0; first < width; first += kLanes<T>) {
      const T* rows[kLanes<T>];
      for (int lane = 0; lane < kLanes<T>; ++lane) {
        const std::int64_t row = layout.row_of_column(panels.first_column(p) + first + lane);
        rows[lane] = row < 0 ? nullptr : weight + row * depth;
      }
      for (int lane = 0; lane < kLanes<T>; ++lane) {
        T* to = panel + first + lane;
        const T* from = rows[lane];
        for (std::int64_t k = 0; k < depth; ++k) to[k * width] = from == nullptr ? T(0) : from[k];
      }
    }
  }
  return packed;
}

template <class T>
PackedWeights<T> pack(const CellSize& size, const Weights<T>& weights, Arena& arena) {
  const Layout<T> layout(size);
  PackedWeights<T> packed;
  packed.input = pack_gates(layout, weights.weight_ih, layout.input, arena);
  if (weights.weight_hh != nullptr) {
    packed.recurrent = pack_gates(layout, weights.weight_hh, layout.units, arena);
  }
  T* bias = arena.take<T>(static_cast<std::size_t>(layout.width));
  const bool is_gru = size.cell == Cell::kGru;
  for (std::int64_t column = 0; column < layout.width; ++column) {
    const std::int64_t row = layout.row_of_column(column);
    bias[column] = row < 0 ? T(0) : weights.bias_ih[row];
    if (is_gru && row >= 0 && row < 2 * layout.units) bias[column] += weights.bias_hh[row];
  }
  packed.bias = bias;
  if (is_gru) {
    T* bias_n = arena.take<T>(static_cast<std::size_t>(layout.padded));
    for (std::int64_t unit = 0; unit < layout.padded; ++unit) {
      bias_n[unit] = unit < layout.units ? weights.bias_hh[2 * layout.units + unit] : T(0);
    }
    packed.bias_n = bias_n;
  }
  return packed;
}

template <class T>
void project(const CellSize& size, const PackedWeights<T>& weights, const T* rows,
             std::int64_t stride, std::int64_t count, T* products) {
  const Layout<T> layout(size);
  multiply_rows<T>(
      count, layout.input, [&](std::int64_t i) { return rows + i * stride; }, layout.gate_panels(),
      weights.input, weights.bias, [&](std::int64_t i) { return products + i * layout.stride; });
}

// ---- forward ----------------------------------------------------------------------------------

/// Where the rows of one step read and write. Functions of a row's place in the plan's order.
template <class T>
struct StepRows {
  const T* input;  // products of step's tokens, contiguous; or, with `table_rows`, the table
  const std::int32_t* table_rows;
  T* gates;  // kept activations of the step's tokens; may be `input` itself
  T* cells;
  const T* cells_before;  // nullptr at the first step
  T* hidden;
  const T* hidden_before;
};

/// One step of `active` rows: products with the state before, gates, new states.
template <class C, bool kKeep, class T>
void advance_step(const Layout<T>& layout, const PackedWeights<T>& weights, std::int64_t active,
                  const StepRows<T>& step) {
  const Panels<T> panels = layout.gate_panels();
  const std::int64_t depth = step.hidden_before == nullptr ? 0 : layout.units;
  const auto input_of = [&](std::int64_t row) {
    const std::int64_t at = step.table_rows == nullptr ? row : step.table_rows[row];
    return step.input + at * layout.stride;
  };
  for (std::int64_t p = 0; p < panels.count(); ++p) {
    const std::int64_t column = panels.first_column(p);
    for_width(panels.vectors_of(p), [&]<int V>() SEQUENT_INLINE_LAMBDA {
      if constexpr (C::kGates != 1 && V != C::kGates) {
        return;
      } else {
        const std::int64_t unit = column / C::kGates;
        const auto begin = [&](std::int64_t row, Vector<T>* sums) SEQUENT_INLINE_LAMBDA {
          const T* from = input_of(row) + column;
          for (int v = 0; v < V; ++v) sums[v] = load(from + v * kLanes<T>);
          if constexpr (C::kCell == Cell::kGru) sums[2] = load(weights.bias_n + unit);
        };
        const auto end = [&](std::int64_t row, const Vector<T>* sums) SEQUENT_INLINE_LAMBDA {
          for (int block = 0; block < V / C::kGates; ++block) {
            const std::int64_t u = unit + block * kLanes<T>;
            const std::int64_t at = row * layout.padded + u;
            const Place<T> place{kKeep ? step.gates + row * layout.stride + column : nullptr,
                                 C::kHasCell && step.cells != nullptr ? step.cells + at : nullptr,
                                 step.cells_before != nullptr ? step.cells_before + at : nullptr,
                                 step.hidden_before != nullptr ? step.hidden_before + at : nullptr,
                                 step.hidden + at};
            Vector<T> input_part{};
            if constexpr (C::kCell == Cell::kGru) {
              input_part = load(input_of(row) + column + 2 * kLanes<T>);
            }
            C::template advance<kKeep>(sums + block * C::kGates, &input_part, place);
          }
        };
        multiply_panel<V>(
            0, active, depth, 1, weights.recurrent + panels.begin(p, layout.units),
            [&](std::int64_t row) SEQUENT_INLINE_LAMBDA {
              return depth == 0 ? static_cast<const T*>(nullptr)
                                : step.hidden_before + row * layout.padded;
            },
            begin, end);
      }
    });
  }
}

template <class T>
SEQUENT_INLINE void copy_values(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}
template <class T>
SEQUENT_INLINE void add_values(const T* from, std::int64_t count, T* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
}

/// Hands the states of one step on.
template <class T>
void write_output(const Layout<T>& layout, const StepPlan& plan, std::int64_t step, const T* hidden,
                  const Output<T>& output) {
  const std::int64_t active = plan.active(step);
  if (output.sequence != nullptr) {
    const std::int32_t* rows = output.row_of_token + plan.first(step);
    for (std::int64_t place = 0; place < active; ++place) {
      copy_values(hidden + place * layout.padded, layout.units,
                  output.sequence + rows[place] * output.stride);
    }
  }
  if (output.last != nullptr) {
    const std::int64_t going_on = step + 1 < plan.steps() ? plan.active(step + 1) : 0;
    for (std::int64_t place = going_on; place < active; ++place) {
      copy_values(hidden + place * layout.padded, layout.units,
                  output.last + plan.row(place) * output.last_stride);
    }
  }
}

/// The products of all tokens' inputs with the weights, in the plan's order.
template <class T>
T* project_tokens(const CellSize& size, const PackedWeights<T>& weights, std::int64_t tokens,
                  const Input<T>& input, Arena& arena) {
  const Layout<T> layout(size);
  T* gates = arena.take<T>(static_cast<std::size_t>(tokens * layout.stride));
  if (!input.shared) {
    multiply_rows<T>(
        tokens, layout.input,
        [&](std::int64_t i) { return input.rows + input.row_of_token[i] * input.stride; },
        layout.gate_panels(), weights.input, weights.bias,
        [&](std::int64_t i) { return gates + i * layout.stride; });
    return gates;
  }
  T* products = arena.take<T>(static_cast<std::size_t>(input.count * layout.stride));
  project(size, weights, input.rows, input.stride, input.count, products);
  for (std::int64_t i = 0; i < tokens; ++i) {
    copy_values(products + input.row_of_token[i] * layout.stride, layout.width,
                gates + i * layout.stride);
  }
  return gates;
}

template <class C, class T>
States<T> forward_cell(const CellSize& size, const PackedWeights<T>& weights, const StepPlan& plan,
                       const Input<T>& input, const Output<T>& output, Arena& arena) {
  const Layout<T> layout(size);
  States<T> states;
  states.gates = project_tokens(size, weights, plan.tokens(), input, arena);
  const auto state_size = static_cast<std::size_t>(plan.tokens() * layout.padded);
  if (C::kHasCell) states.cells = arena.take<T>(state_size);
  states.hidden = arena.take<T>(state_size);
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    const std::int64_t now = plan.first(step) * layout.padded;
    const std::int64_t before = step == 0 ? 0 : plan.first(step - 1) * layout.padded;
    StepRows<T> rows{};
    rows.gates = states.gates + plan.first(step) * layout.stride;
    rows.input = rows.gates;
    rows.hidden = states.hidden + now;
    if (C::kHasCell) rows.cells = states.cells + now;
    if (step > 0) {
      rows.hidden_before = states.hidden + before;
      if (C::kCell == Cell::kLstm) rows.cells_before = states.cells + before;
    }
    advance_step<C, true>(layout, weights, plan.active(step), rows);
    write_output(layout, plan, step, rows.hidden, output);
  }
  return states;
}

/// The states of one step into each row's vector.
template <class T>
void pool_step(const Layout<T>& layout, const StepPlan& plan, std::int64_t step, const T* hidden,
               const Run<T>& run) {
  if (run.pooling == Pooling::kNone || (run.pooling == Pooling::kFirst && step > 0)) return;
  for (std::int64_t place = 0; place < plan.active(step); ++place) {
    const T* h = hidden + place * layout.padded;
    T* to = run.pooled + plan.row(place) * run.pooled_stride;
    if (step == 0 || run.pooling == Pooling::kLast) {
      copy_values(h, layout.units, to);
    } else if (run.pooling == Pooling::kSum) {
      add_values(h, layout.units, to);
    } else {
      for (std::int64_t u = 0; u < layout.units; ++u) to[u] = h[u] > to[u] ? h[u] : to[u];
    }
  }
}

template <class C, class T>
void run_cell(const CellSize& size, const PackedWeights<T>& weights, const StepPlan& plan,
              const Run<T>& run, const Output<T>& output, Arena& arena) {
  const Layout<T> layout(size);
  const auto state_size = static_cast<std::size_t>(plan.rows() * layout.padded);
  T* hidden[2] = {arena.take<T>(state_size), arena.take<T>(state_size)};
  T* cells = C::kCell == Cell::kLstm ? arena.take<T>(state_size) : nullptr;
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    StepRows<T> rows{};
    rows.input = run.table;
    rows.table_rows = run.table_row_of_token + plan.first(step);
    rows.hidden = hidden[step % 2];
    rows.cells = cells;
    if (step > 0) {
      rows.hidden_before = hidden[(step + 1) % 2];
      rows.cells_before = cells;
    }
    advance_step<C, false>(layout, weights, plan.active(step), rows);
    write_output(layout, plan, step, rows.hidden, output);
    pool_step(layout, plan, step, rows.hidden, run);
  }
}

// ---- backward ---------------------------------------------------------------------------------

/// Adds the gradient of what `write_output` handed on to `gradient` [active, padded].
template <class T>
void read_output_gradient(const Layout<T>& layout, const StepPlan& plan, std::int64_t step,
                          const OutputGradient<T>& output, T* gradient) {
  const std::int64_t active = plan.active(step);
  if (output.sequence != nullptr) {
    const std::int32_t* rows = output.row_of_token + plan.first(step);
    for (std::int64_t place = 0; place < active; ++place) {
      add_values(output.sequence + rows[place] * output.stride, layout.units,
                 gradient + place * layout.padded);
    }
  }
  if (output.last != nullptr) {
    const std::int64_t going_on = step + 1 < plan.steps() ? plan.active(step + 1) : 0;
    for (std::int64_t place = going_on; place < active; ++place) {
      add_values(output.last + plan.row(place) * output.last_stride, layout.units,
                 gradient + place * layout.padded);
    }
  }
}

/// weight[row_of_column(m)][columns] += sum over i of left[i][m] * right_of(i)[columns]; `left` has
/// the gates' layout.
template <class T, class RightOf>
void add_weight_gradient(const Layout<T>& layout, std::int64_t count, const T* left,
                         const RightOf& right_of, std::int64_t columns, T* weight, Arena& arena) {
  const Panels<T> panels{columns, kPanelVectors};
  T* right = arena.take<T>(static_cast<std::size_t>(panels.packed_size(kDepthBlock)));
  T* unused = arena.take<T>(static_cast<std::size_t>(columns));  // takes the rows of filling units
  T** targets = arena.take<T*>(static_cast<std::size_t>(layout.width));
  for (std::int64_t m = 0; m < layout.width; ++m) {
    const std::int64_t row = layout.row_of_column(m);
    targets[m] = row < 0 ? unused : weight + row * columns;
  }
  for (std::int64_t c = 0; c < columns; ++c) unused[c] = T(0);
  for (std::int64_t first = 0; first < count; first += kDepthBlock) {
    const std::int64_t depth = smaller(kDepthBlock, count - first);
    pack_rows<T>(
        depth, panels, [&](std::int64_t k) { return right_of(first + k); }, right);
    for (std::int64_t p = 0; p < panels.count(); ++p) {
      const std::int64_t column = panels.first_column(p);
      for_width(panels.vectors_of(p), [&]<int V>() SEQUENT_INLINE_LAMBDA {
        multiply_panel_into<V>(
            0, layout.width, depth, layout.stride, right + panels.begin(p, depth),
            [&](std::int64_t m) SEQUENT_INLINE_LAMBDA { return left + first * layout.stride + m; },
            [&](std::int64_t m) SEQUENT_INLINE_LAMBDA { return targets[m] + column; },
            static_cast<const T*>(nullptr), columns - column);
      });
    }
  }
}

/// bias[row_of_column(m)] += sum over the tokens of gates[m].
template <class T>
void add_bias_gradient(const Layout<T>& layout, std::int64_t tokens, const T* gates, T* bias,
                       Arena& arena) {
  T* sums = arena.take<T>(static_cast<std::size_t>(layout.width));
  for (std::int64_t m = 0; m < layout.width; ++m) sums[m] = T(0);
  for (std::int64_t i = 0; i < tokens; ++i) {
    add_values(gates + i * layout.stride, layout.width, sums);
  }
  for (std::int64_t m = 0; m < layout.width; ++m) {
    const std::int64_t row = layout.row_of_column(m);
    if (row >= 0) bias[row] += sums[m];
  }
}

/// Rows of a weight [G * H, columns] in the order of the gates' columns, packed as the right matrix
/// of a product; a filling unit's row is 0.
template <class T>
const T* pack_for_gradient(const Layout<T>& layout, const T* weight, std::int64_t columns,
                           Arena& arena) {
  const Panels<T> panels{columns, kPanelVectors};
  T* packed = arena.take<T>(static_cast<std::size_t>(panels.packed_size(layout.width)));
  T* zeros = arena.take<T>(static_cast<std::size_t>(columns));
  for (std::int64_t i = 0; i < columns; ++i) zeros[i] = T(0);
  pack_rows<T>(
      layout.width, panels,
      [&](std::int64_t m) {
        const std::int64_t row = layout.row_of_column(m);
        return row < 0 ? zeros : weight + row * columns;
      },
      packed);
  return packed;
}

/// The gates' gradients of a step as the recurrent weights see them: of a GRU's gate n, the part
/// that stands in `cells`.
template <class C, class T>
void swap_recurrent_part(const Layout<T>& layout, std::int64_t tokens, T* gates, const T* cells) {
  if constexpr (C::kCell == Cell::kGru) {
    for (std::int64_t i = 0; i < tokens; ++i) {
      for (std::int64_t u = 0; u < layout.padded; u += kLanes<T>) {
        store(gates + i * layout.stride + u * C::kGates + 2 * kLanes<T>,
              load(cells + i * layout.padded + u));
      }
    }
  }
}

/// Walks the steps backwards; the gates' activations become the gradients of their sums.
template <class C, class T>
void retreat_steps(const Layout<T>& layout, const Weights<T>& weights, const StepPlan& plan,
                   const OutputGradient<T>& output, const States<T>& states, Arena& arena) {
  const std::int64_t state_size = plan.rows() * layout.padded;
  T* gradient = arena.take<T>(static_cast<std::size_t>(state_size));  // of the step's hidden
  T* carried = arena.take<T>(static_cast<std::size_t>(state_size));   // of the step's cell
  for (std::int64_t i = 0; i < state_size; ++i) gradient[i] = carried[i] = T(0);
  const bool is_gru = C::kCell == Cell::kGru;
  T* recurrent =
      is_gru ? arena.take<T>(static_cast<std::size_t>(plan.rows() * layout.stride)) : nullptr;
  const T* packed = pack_for_gradient(layout, weights.weight_hh, layout.units, arena);
  const Panels<T> panels{layout.units, kPanelVectors};
  for (std::int64_t step = plan.steps() - 1; step >= 0; --step) {
    const std::int64_t active = plan.active(step);
    read_output_gradient(layout, plan, step, output, gradient);
    T* gates = states.gates + plan.first(step) * layout.stride;
    for (std::int64_t row = 0; row < active; ++row) {
      const std::int64_t now = (plan.first(step) + row) * layout.padded;
      const std::int64_t before = step == 0 ? 0 : (plan.first(step - 1) + row) * layout.padded;
      for (std::int64_t u = 0; u < layout.padded; u += kLanes<T>) {
        const bool has_cells_before = step > 0 && C::kCell == Cell::kLstm;
        const Place<T> place{gates + row * layout.stride + u * C::kGates,
                             C::kHasCell ? states.cells + now + u : nullptr,
                             has_cells_before ? states.cells + before + u : nullptr,
                             step > 0 ? states.hidden + before + u : nullptr,
                             states.hidden + now + u};
        T* at = gradient + row * layout.padded + u;
        const Vector<T> of_hidden = load(at);
        store(at, Vector<T>{});
        C::retreat(place, of_hidden, carried + row * layout.padded + u, at);
      }
    }
    if (step == 0) break;
    const T* left = gates;
    if (is_gru) {
      copy_values(gates, active * layout.stride, recurrent);
      swap_recurrent_part<C>(layout, active, recurrent,
                             states.cells + plan.first(step) * layout.padded);
      left = recurrent;
    }
    multiply_rows<T>(
        active, layout.width, [&](std::int64_t i) { return left + i * layout.stride; }, panels,
        packed, nullptr, [&](std::int64_t i) { return gradient + i * layout.padded; });
  }
}

/// Gradients of the input rows and of weight_ih from those of the gates' sums.
template <class T>
void input_gradients(const Layout<T>& layout, const Weights<T>& weights, std::int64_t tokens,
                     const Input<T>& input, const T* gates, T* input_gradient, T* weight_gradient,
                     Arena& arena) {
  std::int64_t count = tokens;
  const T* sums = gates;
  if (input.shared) {  // tokens that read one row have one product
    count = input.count;
    T* by_row = arena.take<T>(static_cast<std::size_t>(count * layout.stride));
    for (std::int64_t i = 0; i < count * layout.stride; ++i) by_row[i] = T(0);
    for (std::int64_t i = 0; i < tokens; ++i) {
      add_values(gates + i * layout.stride, layout.width,
                 by_row + input.row_of_token[i] * layout.stride);
    }
    sums = by_row;
  }
  const auto input_row = [&](std::int64_t i) -> std::int64_t {
    return input.shared ? i : input.row_of_token[i];
  };
  if (input_gradient != nullptr) {
    const T* packed = pack_for_gradient(layout, weights.weight_ih, layout.input, arena);
    multiply_rows<T>(
        count, layout.width, [&](std::int64_t i) { return sums + i * layout.stride; },
        Panels<T>{layout.input, kPanelVectors}, packed, nullptr,
        [&](std::int64_t i) { return input_gradient + input_row(i) * input.stride; });
  }
  if (weight_gradient != nullptr) {
    add_weight_gradient<T>(
        layout, count, sums,
        [&](std::int64_t i) { return input.rows + input_row(i) * input.stride; }, layout.input,
        weight_gradient, arena);
  }
}

template <class C, class T>
void backward_cell(const CellSize& size, const Weights<T>& weights, const StepPlan& plan,
                   const Input<T>& input, const OutputGradient<T>& output, const States<T>& states,
                   T* input_gradient, const WeightGradients<T>& gradients, Arena& arena) {
  const Layout<T> layout(size);
  retreat_steps<C>(layout, weights, plan, output, states, arena);
  const std::int64_t tokens = plan.tokens();
  input_gradients(layout, weights, tokens, input, states.gates, input_gradient, gradients.weight_ih,
                  arena);
  if (gradients.bias_ih != nullptr) {
    add_bias_gradient(layout, tokens, states.gates, gradients.bias_ih, arena);
  }
  swap_recurrent_part<C>(layout, tokens, states.gates, states.cells);
  if (gradients.bias_hh != nullptr) {
    add_bias_gradient(layout, tokens, states.gates, gradients.bias_hh, arena);
  }
  if (gradients.weight_hh != nullptr && plan.steps() > 1) {
    // A token's state before is at the same place of the step before.
    const std::int64_t first = plan.first(1);
    auto* before = arena.take<std::int32_t>(static_cast<std::size_t>(tokens - first));
    for (std::int64_t step = 1; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        before[plan.first(step) - first + place] =
            static_cast<std::int32_t>(plan.first(step - 1) + place);
      }
    }
    add_weight_gradient<T>(
        layout, tokens - first, states.gates + first * layout.stride,
        [&](std::int64_t i) { return states.hidden + before[i] * layout.padded; }, layout.units,
        gradients.weight_hh, arena);
  }
}

// ---- the table --------------------------------------------------------------------------------

template <class T, class With>
auto for_cell(Cell cell, const With& with) {
  switch (cell) {
    case Cell::kLstm:
      return with.template operator()<LstmCell<T>>();
    case Cell::kGru:
      return with.template operator()<GruCell<T>>();
    case Cell::kRnnTanh:
      return with.template operator()<RnnCell<T, false>>();
    case Cell::kRnnRelu:
      break;
  }
  return with.template operator()<RnnCell<T, true>>();
}

template <class T>
States<T> forward(const CellSize& size, const PackedWeights<T>& weights, const StepPlan& plan,
                  const Input<T>& input, const Output<T>& output, Arena& arena) {
  return for_cell<T>(size.cell, [&]<class C>() {
    return forward_cell<C>(size, weights, plan, input, output, arena);
  });
}

template <class T>
void backward(const CellSize& size, const Weights<T>& weights, const StepPlan& plan,
              const Input<T>& input, const OutputGradient<T>& output, const States<T>& states,
              T* input_gradient, const WeightGradients<T>& gradients, Arena& arena) {
  for_cell<T>(size.cell, [&]<class C>() {
    backward_cell<C>(size, weights, plan, input, output, states, input_gradient, gradients, arena);
  });
}

template <class T>
void run(const CellSize& size, const PackedWeights<T>& weights, const StepPlan& plan,
         const Run<T>& what, const Output<T>& output, Arena& arena) {
  for_cell<T>(size.cell, [&]<class C>() { run_cell<C>(size, weights, plan, what, output, arena); });
}

template <class T>
void multiply(std::int64_t rows, std::int64_t columns, std::int64_t k, const T* a, const T* b, T* c,
              Arena& arena) {
  const Panels<T> panels{columns, kPanelVectors};
  T* packed = arena.take<T>(static_cast<std::size_t>(panels.packed_size(k)));
  T* zeros = arena.take<T>(static_cast<std::size_t>(panels.packed_size(1)));
  for (std::int64_t i = 0; i < columns; ++i) zeros[i] = T(0);
  pack_rows<T>(
      k, panels, [&](std::int64_t i) { return b + i * columns; }, packed);
  multiply_rows<T>(
      rows, k, [&](std::int64_t i) { return a + i * k; }, panels, packed, zeros,
      [&](std::int64_t i) { return c + i * columns; });
}

template <class T>
constexpr Kernels<T> make_kernels(std::string_view name, UpdateFunction update) {
  Kernels<T> table{};
  table.name = name;
  table.gate_stride = [](const CellSize& size) { return Layout<T>(size).stride; };
  table.pack = pack<T>;
  table.project = project<T>;
  table.forward = forward<T>;
  table.backward = backward<T>;
  table.run = run<T>;
  table.multiply = multiply<T>;
  table.update = update;
  return table;
}

}  // namespace
}  // namespace sequent::kernels
