// The forward pass of one direction of a recurrent layer. Included only by the isa_*.cpp files.
#pragma once

#include "kernels/cells.h"
#include "kernels/layout.h"

namespace sequent::kernels {
namespace {

/// Where the rows of one step read and write. Rows are indexed by their offset in the plan's order.
template <class T>
struct StepRows {
  const T* input;  // contiguous products of the step's tokens, or the table if `table_rows` is set
  const std::int32_t* table_rows;
  T* gates;  // stored activations of the step's tokens; may alias `input`
  T* cells;
  const T* cells_before;  // nullptr at the first step
  T* hidden;
  const T* hidden_before;
  Operand<T>* room;  // for the operands of hidden_before; see operand_room
};

/// Advances `active` rows by one step: products with the previous state, gates, new states.
template <class C, bool kKeep, class T>
void advance_step(const Layout<T>& layout, const PackedWeights<T>& weights, std::int64_t active,
                  const StepRows<T>& step) {
  constexpr int kGates = gate_count(C::kCell);
  const Panels<T> panels = layout.gate_panels();
  const bool multiplies = has_recurrent_weights(C::kCell) && step.hidden_before != nullptr;
  const std::int64_t depth = multiplies ? operand_count(layout.units) : 0;
  const Operand<T>* left =
      multiplies ? as_operands(step.hidden_before, active * layout.padded, step.room) : nullptr;
  const std::int64_t left_stride = operand_count(layout.padded);
  const Operand<T>* recurrent = operands_in<T>(weights.recurrent);
  const auto input_of = [&](std::int64_t row) {
    const std::int64_t at = step.table_rows == nullptr ? row : step.table_rows[row];
    return step.input + at * layout.stride;
  };
  for (std::int64_t p = 0; p < panels.count(); ++p) {
    const std::int64_t column = panels.first_column(p);
    for_width(panels.vectors_of(p), [&]<int V>() SEQUENT_INLINE_LAMBDA {
      if constexpr (kGates != 1 && V != kGates) {
        return;
      } else {
        const std::int64_t unit = column / kGates;
        const auto begin = [&](std::int64_t row, Vector<T>* sums) SEQUENT_INLINE_LAMBDA {
          const T* from = input_of(row) + column;
          for (int v = 0; v < V; ++v) sums[v] = load(from + v * kLanes<T>);
          if constexpr (C::kCell == Cell::kGru) sums[2] = load(weights.bias_n + unit);
        };
        const auto end = [&](std::int64_t row, const Vector<T>* sums) SEQUENT_INLINE_LAMBDA {
          for (int block = 0; block < V / kGates; ++block) {
            const std::int64_t u = unit + block * kLanes<T>;
            const std::int64_t at = row * layout.padded + u;
            const Place<T> place{kKeep ? step.gates + row * layout.stride + column : nullptr,
                                 C::kHasCell && step.cells != nullptr ? step.cells + at : nullptr,
                                 step.cells_before != nullptr ? step.cells_before + at : nullptr,
                                 step.hidden_before != nullptr ? step.hidden_before + at : nullptr,
                                 step.hidden + at,
                                 peephole_count(C::kCell) > 0 ? weights.peephole + u : nullptr,
                                 nullptr,
                                 layout.padded};
            Vector<T> input_part{};
            if constexpr (C::kCell == Cell::kGru) {
              input_part = load(input_of(row) + column + 2 * kLanes<T>);
            }
            C::template advance<kKeep>(sums + block * kGates, &input_part, place);
          }
        };
        multiply_panel<V, T>(
            active, depth, 1, depth == 0 ? nullptr : recurrent + panels.begin(p, layout.units),
            [&](std::int64_t row)
                SEQUENT_INLINE_LAMBDA { return depth == 0 ? nullptr : left + row * left_stride; },
            begin, end);
      }
    });
  }
}

/// Reorders states from the batch's order to the plan's order, [rows, padded]. Returns nullptr for
/// nullptr.
template <class T>
T* order_states(const Layout<T>& layout, const StepPlan& plan, const T* states, Arena& arena) {
  if (states == nullptr) return nullptr;
  T* ordered = arena.take<T>(static_cast<std::size_t>(plan.rows() * layout.padded));
  for (std::int64_t place = 0; place < plan.rows(); ++place) {
    T* to = ordered + place * layout.padded;
    copy_values(states + plan.row(place) * layout.units, layout.units, to);
    for (std::int64_t u = layout.units; u < layout.padded; ++u) to[u] = T(0);
  }
  return ordered;
}

/// Writes the states of one step to the output. `cells` may be nullptr if the cell has no state c.
template <class T>
void write_output(const Layout<T>& layout, const StepPlan& plan, std::int64_t step, const T* hidden,
                  const T* cells, const Output<T>& output) {
  const std::int64_t active = plan.active(step);
  if (output.sequence != nullptr) {
    const std::int32_t* rows = output.row_of_token + plan.first(step);
    for (std::int64_t place = 0; place < active; ++place) {
      copy_values(hidden + place * layout.padded, layout.units,
                  output.sequence + rows[place] * output.stride);
    }
  }
  const std::int64_t going_on = step + 1 < plan.steps() ? plan.active(step + 1) : 0;
  for (std::int64_t place = going_on; place < active; ++place) {
    const std::int64_t to = plan.row(place) * output.last_stride;
    if (output.last != nullptr) {
      copy_values(hidden + place * layout.padded, layout.units, output.last + to);
    }
    if (output.last_cells != nullptr) {
      copy_values(cells + place * layout.padded, layout.units, output.last_cells + to);
    }
  }
}

/// Multiplies the inputs of all tokens by the weights, in the plan's order.
template <class T>
T* project_tokens(const CellSize& size, const PackedWeights<T>& weights, std::int64_t tokens,
                  const Input<T>& input, Arena& arena) {
  const Layout<T> layout(size);
  T* gates = arena.take<T>(static_cast<std::size_t>(tokens * layout.stride));
  if (!input.shared) {
    multiply_rows<T>(tokens, layout.input, {input.rows, input.stride, input.row_of_token},
                     layout.gate_panels(), operands_in<T>(weights.input), weights.bias,
                     {gates, layout.stride});
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
                       const Input<T>& input, const StartStates<T>& start, const Output<T>& output,
                       Arena& arena) {
  const Layout<T> layout(size);
  States<T> states;
  states.start_hidden = order_states(layout, plan, start.hidden, arena);
  states.start_cells = order_states(layout, plan, start.cells, arena);
  states.gates = project_tokens(size, weights, plan.tokens(), input, arena);
  const auto state_size = static_cast<std::size_t>(plan.tokens() * layout.padded);
  if (C::kHasCell) states.cells = arena.take<T>(state_size);
  states.hidden = arena.take<T>(state_size);
  Operand<T>* room = operand_room<T>(plan.rows() * layout.padded, arena);
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    const std::int64_t now = plan.first(step) * layout.padded;
    const std::int64_t before = step == 0 ? 0 : plan.first(step - 1) * layout.padded;
    StepRows<T> rows{};
    rows.gates = states.gates + plan.first(step) * layout.stride;
    rows.input = rows.gates;
    rows.hidden = states.hidden + now;
    rows.room = room;
    if (C::kHasCell) rows.cells = states.cells + now;
    rows.hidden_before = step > 0 ? states.hidden + before : states.start_hidden;
    if (C::kCarriesCell) {
      rows.cells_before = step > 0 ? states.cells + before : states.start_cells;
    }
    advance_step<C, true>(layout, weights, plan.active(step), rows);
    write_output(layout, plan, step, rows.hidden, rows.cells, output);
  }
  return states;
}

/// Pools the states of one step into each row's vector.
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
  Operand<T>* room = operand_room<T>(plan.rows() * layout.padded, arena);
  const T* start_hidden = order_states(layout, plan, run.start.hidden, arena);
  T* start_cells = order_states(layout, plan, run.start.cells, arena);
  T* cells = C::kCarriesCell && start_cells == nullptr ? arena.take<T>(state_size) : start_cells;
  for (std::int64_t step = 0; step < plan.steps(); ++step) {
    StepRows<T> rows{};
    rows.input = run.table;
    rows.table_rows = run.table_row_of_token + plan.first(step);
    rows.hidden = hidden[step % 2];
    rows.cells = cells;
    rows.room = room;
    rows.hidden_before = step > 0 ? hidden[(step + 1) % 2] : start_hidden;
    rows.cells_before = step > 0 ? cells : start_cells;
    advance_step<C, false>(layout, weights, plan.active(step), rows);
    write_output(layout, plan, step, rows.hidden, cells, output);
    pool_step(layout, plan, step, rows.hidden, run);
  }
}

}  // namespace
}  // namespace sequent::kernels
