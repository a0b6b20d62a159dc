// The kernel table of the including file's instruction set. Included only by the isa_*.cpp files.
#pragma once

#include "kernels/backward.h"
#include "kernels/elementwise.h"
#include "kernels/forward.h"
#include "kernels/softmax_loss.h"
#include "kernels/updates.h"

namespace sequent::kernels {
namespace {

/// Calls `with` with the class that computes the cell.
template <class T, class With>
void for_cell(Cell cell, const With& with) {
  switch (cell) {
#define SEQUENT_CASE(name, Class, ...)            \
  case Cell::name:                                \
    static_assert(Class<T>::kCell == Cell::name); \
    return with.template operator()<Class<T>>();
    SEQUENT_KERNEL_CELLS(SEQUENT_CASE)
#undef SEQUENT_CASE
  }
}

template <class T>
States<T> forward(const CellSize& size, const PackedWeights<T>& weights, const StepPlan& plan,
                  const Input<T>& input, const StartStates<T>& start, const Output<T>& output,
                  Arena& arena) {
  States<T> states;
  for_cell<T>(size.cell, [&]<class C>() {
    states = forward_cell<C>(size, weights, plan, input, start, output, arena);
  });
  return states;
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
  auto* packed = arena.take<Operand<T>>(static_cast<std::size_t>(panels.packed_size(k)));
  T* zeros = arena.take<T>(static_cast<std::size_t>(panels.packed_size(1)));
  for (std::int64_t i = 0; i < columns; ++i) zeros[i] = T(0);
  pack_rows<T>(k, panels, {b, columns}, packed);
  multiply_rows<T>(rows, k, {a, k}, panels, packed, zeros, {c, columns});
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
  table.softmax_loss = softmax_loss<T>;
  table.log_probabilities = log_probabilities<T>;
  table.log_sums = log_sums<T>;
  table.multiply = multiply<T>;
  table.sigmoid = sigmoid_each<T>;
  table.tanh = tanh_each<T>;
  table.softmax = softmax_row<T>;
  table.update = update;
  return table;
}

}  // namespace
}  // namespace sequent::kernels
