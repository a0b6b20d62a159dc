// The backward pass of one direction of a recurrent layer. Included only by the isa_*.cpp files.
#pragma once

#include "kernels/cells.h"
#include "kernels/layout.h"

namespace sequent::kernels {
namespace {

/// Adds the gradient of the values that `write_output` wrote to `gradient` [active, padded].
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

/// An upper bound on the memory that add_weight_gradient and add_bias_gradient take from the arena.
template <class T>
std::size_t weight_gradient_bytes(const Layout<T>& layout, std::int64_t columns) {
  constexpr std::int64_t kAlignment = std::int64_t{64} * 8;  // of each allocation
  const std::int64_t right = Panels<T>{columns, kPanelVectors}.packed_size(kDepthBlock);
  const std::int64_t left = kOperandDepth == 1 ? 1 : operand_count(kDepthBlock) * layout.width;
  const auto value = static_cast<std::int64_t>(sizeof(T));
  return static_cast<std::size_t>((right + left + columns + layout.width) * value +
                                  layout.width * static_cast<std::int64_t>(sizeof(T*)) +
                                  kAlignment);
}

/// weight[row_of_column(m)][columns] += sum over i of left[i][m] * right(i)[columns]. `left` has
/// the layout of the gates.
template <class T>
void add_weight_gradient(const Layout<T>& layout, std::int64_t count, const T* left,
                         const Rows<const T>& right_rows, std::int64_t columns, T* weight,
                         Arena& arena) {
  const Panels<T> panels{columns, kPanelVectors};
  auto* right = arena.take<Operand<T>>(static_cast<std::size_t>(panels.packed_size(kDepthBlock)));
  Operand<T>* room = operand_room<T>(kDepthBlock * layout.width, arena);
  T* unused = arena.take<T>(static_cast<std::size_t>(columns));  // collects rows of padding units
  T** targets = arena.take<T*>(static_cast<std::size_t>(layout.width));
  for (std::int64_t m = 0; m < layout.width; ++m) {
    const std::int64_t row = layout.row_of_column(m);
    targets[m] = row < 0 ? unused : weight + row * columns;
  }
  for (std::int64_t c = 0; c < columns; ++c) unused[c] = T(0);
  for (std::int64_t first = 0; first < count; first += kDepthBlock) {
    const std::int64_t depth = smaller(kDepthBlock, count - first);
    pack_rows<T>(depth, panels, right_rows.from_row(first), right);
    Block block{layout.width, operand_count(depth), 0};
    const auto left_rows = column_operands(left + first * layout.stride, layout.stride, depth,
                                           layout.width, room, block.step);
    for (std::int64_t p = 0; p < panels.count(); ++p) {
      const std::int64_t column = panels.first_column(p);
      multiply_block<T>(block, left_rows, panels.vectors_of(p), right + panels.begin(p, depth),
                        {nullptr, 0, nullptr, targets}, column, nullptr, columns - column);
    }
  }
}

/// bias[row_of_column(m)] += sum over all tokens of gates[m].
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

/// Packs the rows of a weight [G * H, columns], in the order of the gate columns, as the right
/// matrix of a product. The rows of padding units are 0.
template <class T>
const Operand<T>* pack_for_gradient(const Layout<T>& layout, const T* weight, std::int64_t columns,
                                    Arena& arena) {
  const Panels<T> panels{columns, kPanelVectors};
  auto* packed = arena.take<Operand<T>>(static_cast<std::size_t>(panels.packed_size(layout.width)));
  T* zeros = arena.take<T>(static_cast<std::size_t>(columns));
  for (std::int64_t i = 0; i < columns; ++i) zeros[i] = T(0);
  auto** rows = arena.take<const T*>(static_cast<std::size_t>(layout.width));
  for (std::int64_t m = 0; m < layout.width; ++m) {
    const std::int64_t row = layout.row_of_column(m);
    rows[m] = row < 0 ? zeros : weight + row * columns;
  }
  pack_rows<T>(layout.width, panels, {nullptr, 0, nullptr, rows}, packed);
  return packed;
}

/// Replaces the gate gradients by those of the recurrent products. They differ only for gate n of a
/// GRU, whose recurrent part is stored in `cells`.
template <class C, class T>
void swap_recurrent_part(const Layout<T>& layout, std::int64_t tokens, T* gates, const T* cells) {
  if constexpr (C::kCell == Cell::kGru) {
    for (std::int64_t i = 0; i < tokens; ++i) {
      for (std::int64_t u = 0; u < layout.padded; u += kLanes<T>) {
        store(gates + i * layout.stride + u * gate_count(C::kCell) + 2 * kLanes<T>,
              load(cells + i * layout.padded + u));
      }
    }
  }
}

/// Runs through the steps in reverse order and replaces the gate activations by the gradients of
/// the gate sums.
template <class C, class T>
void retreat_steps(const Layout<T>& layout, const Weights<T>& weights, const StepPlan& plan,
                   const OutputGradient<T>& output, const States<T>& states, const T* peephole,
                   T* peephole_gradient, Arena& arena) {
  const std::int64_t state_size = plan.rows() * layout.padded;
  T* gradient = arena.take<T>(static_cast<std::size_t>(state_size));  // of the step's hidden state
  T* carried = arena.take<T>(static_cast<std::size_t>(state_size));   // of the step's cell state
  for (std::int64_t i = 0; i < state_size; ++i) gradient[i] = carried[i] = T(0);
  const bool is_gru = C::kCell == Cell::kGru;
  T* recurrent =
      is_gru ? arena.take<T>(static_cast<std::size_t>(plan.rows() * layout.stride)) : nullptr;
  constexpr bool kMultiplies = has_recurrent_weights(C::kCell);
  const Operand<T>* packed =
      kMultiplies ? pack_for_gradient(layout, weights.weight_hh, layout.units, arena) : nullptr;
  const Panels<T> panels{layout.units, kPanelVectors};
  for (std::int64_t step = plan.steps() - 1; step >= 0; --step) {
    const std::int64_t active = plan.active(step);
    read_output_gradient(layout, plan, step, output, gradient);
    T* gates = states.gates + plan.first(step) * layout.stride;
    const std::int64_t first_before = step == 0 ? 0 : plan.first(step - 1) * layout.padded;
    const T* hidden_before = step == 0 ? states.start_hidden : states.hidden + first_before;
    const T* cells_before = nullptr;
    if (C::kCarriesCell)
      cells_before = step == 0 ? states.start_cells : states.cells + first_before;
    for (std::int64_t row = 0; row < active; ++row) {
      const std::int64_t now = (plan.first(step) + row) * layout.padded;
      for (std::int64_t u = 0; u < layout.padded; u += kLanes<T>) {
        const std::int64_t before = row * layout.padded + u;
        const Place<T> place{gates + row * layout.stride + u * gate_count(C::kCell),
                             C::kHasCell ? states.cells + now + u : nullptr,
                             cells_before == nullptr ? nullptr : cells_before + before,
                             hidden_before == nullptr ? nullptr : hidden_before + before,
                             states.hidden + now + u,
                             peephole == nullptr ? nullptr : peephole + u,
                             peephole_gradient == nullptr ? nullptr : peephole_gradient + u,
                             layout.padded};
        T* at = gradient + row * layout.padded + u;
        const Vector<T> of_hidden = load(at);
        store(at, Vector<T>{});
        C::retreat(place, of_hidden, carried + row * layout.padded + u, at);
      }
    }
    if (step == 0) break;
    if (!kMultiplies) continue;
    const T* left = gates;
    if (is_gru) {
      copy_values(gates, active * layout.stride, recurrent);
      swap_recurrent_part<C>(layout, active, recurrent,
                             states.cells + plan.first(step) * layout.padded);
      left = recurrent;
    }
    multiply_rows<T>(active, layout.width, {left, layout.stride}, panels, packed, nullptr,
                     {gradient, layout.padded});
  }
}

/// Computes the gradients of the input rows and of weight_ih from the gradients of the gate sums.
template <class T>
void input_gradients(const Layout<T>& layout, const Weights<T>& weights, std::int64_t tokens,
                     const Input<T>& input, const T* gates, T* input_gradient, T* weight_gradient,
                     Arena& arena) {
  std::int64_t count = tokens;
  const T* sums = gates;
  if (input.shared) {  // tokens that share a row share its product
    count = input.count;
    T* by_row = arena.take<T>(static_cast<std::size_t>(count * layout.stride));
    for (std::int64_t i = 0; i < count * layout.stride; ++i) by_row[i] = T(0);
    for (std::int64_t i = 0; i < tokens; ++i) {
      add_values(gates + i * layout.stride, layout.width,
                 by_row + input.row_of_token[i] * layout.stride);
    }
    sums = by_row;
  }
  const std::int32_t* row_of_token = input.shared ? nullptr : input.row_of_token;
  if (input_gradient != nullptr) {
    const Operand<T>* packed = pack_for_gradient(layout, weights.weight_ih, layout.input, arena);
    multiply_rows<T>(count, layout.width, {sums, layout.stride},
                     Panels<T>{layout.input, kPanelVectors}, packed, nullptr,
                     {input_gradient, input.stride, row_of_token});
  }
  if (weight_gradient != nullptr) {
    add_weight_gradient<T>(layout, count, sums, {input.rows, input.stride, row_of_token},
                           layout.input, weight_gradient, arena);
  }
}

template <class C, class T>
void backward_cell(const CellSize& size, const Weights<T>& weights, const StepPlan& plan,
                   const Input<T>& input, const OutputGradient<T>& output, const States<T>& states,
                   T* input_gradient, const WeightGradients<T>& gradients, Arena& arena) {
  const Layout<T> layout(size);
  const T* peephole = nullptr;
  T* of_peephole = nullptr;
  if constexpr (peephole_count(C::kCell) > 0) {
    peephole = pack_peephole(layout, weights.peephole, arena);
    of_peephole = arena.take<T>(static_cast<std::size_t>(layout.peepholes * layout.padded));
    for (std::int64_t i = 0; i < layout.peepholes * layout.padded; ++i) of_peephole[i] = T(0);
  }
  retreat_steps<C>(layout, weights, plan, output, states, peephole, of_peephole, arena);
  if (gradients.peephole != nullptr && of_peephole != nullptr) {
    for (std::int64_t i = 0; i < layout.peepholes; ++i) {
      add_values(of_peephole + i * layout.padded, layout.units,
                 gradients.peephole + i * layout.units);
    }
  }
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
  if (gradients.weight_hh != nullptr && states.start_hidden != nullptr) {
    add_weight_gradient<T>(layout, plan.active(0), states.gates,
                           {states.start_hidden, layout.padded, nullptr}, layout.units,
                           gradients.weight_hh, arena);
  }
  if (gradients.weight_hh != nullptr && plan.steps() > 1) {
    // A token's previous state has the same offset within the previous step.
    const std::int64_t first = plan.first(1);
    auto* before = arena.take<std::int32_t>(static_cast<std::size_t>(tokens - first));
    for (std::int64_t step = 1; step < plan.steps(); ++step) {
      for (std::int64_t place = 0; place < plan.active(step); ++place) {
        before[plan.first(step) - first + place] =
            static_cast<std::int32_t>(plan.first(step - 1) + place);
      }
    }
    add_weight_gradient<T>(layout, tokens - first, states.gates + first * layout.stride,
                           {states.hidden, layout.padded, before}, layout.units,
                           gradients.weight_hh, arena);
  }
}

}  // namespace
}  // namespace sequent::kernels
