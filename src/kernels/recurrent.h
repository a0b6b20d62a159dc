// Recurrent layers over whole batches on the CPU: LSTM and its variants, GRU, minimal GRU and plain
// RNN, forwards and backwards in time, values and gradients. Plain pointers and sizes; nothing of
// LibTorch.
//
// No padding is computed: a StepPlan lets the active rows shrink as rows end. Weights are packed
// into panels that the inner loops read in order; a panel holds all gates of one vector of units,
// so that gates are computed while the products are still in registers. The same source is compiled
// for several instruction sets, and the best one that the CPU has is chosen when first used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/arena.h"
#include "kernels/step_plan.h"
#include "kernels/update.h"

namespace sequent::kernels {

/// The cells; cells.h has their formulas.
enum class Cell {
  kRnnTanh,
  kRnnRelu,
  kLstm,
  kGru,
  kCoupledLstm,           // i = 1 - f
  kPeepholeLstm,          // i and f also see c_{t-1}, o sees c_t
  kPeepholePreviousLstm,  // all three see c_{t-1}
  kHiddenState,           // without a cell: h = f h_{t-1} + i g; its output gate is not part of it
  kMinGru                 // gates that see the input alone
};

/// Gates of a cell, in their order: LSTM i f g o, GRU r z n, RNN its one sum (as torch::nn);
/// coupled LSTM f g o, hidden state i f g, minimal GRU z n.
constexpr std::int64_t gate_count(Cell cell) {
  switch (cell) {
    case Cell::kLstm:
    case Cell::kPeepholeLstm:
    case Cell::kPeepholePreviousLstm:
      return 4;
    case Cell::kGru:
    case Cell::kCoupledLstm:
    case Cell::kHiddenState:
      return 3;
    case Cell::kMinGru:
      return 2;
    case Cell::kRnnTanh:
    case Cell::kRnnRelu:
      return 1;
  }
  return 0;
}

constexpr bool has_peephole(Cell cell) {
  return cell == Cell::kPeepholeLstm || cell == Cell::kPeepholePreviousLstm;
}
constexpr bool has_recurrent_weights(Cell cell) { return cell != Cell::kMinGru; }

struct CellSize {
  Cell cell = Cell::kLstm;
  std::int64_t input = 0;  // I
  std::int64_t units = 0;  // H
};

/// One direction's weights as torch::nn lays them out, row-major: weight_ih [G * H, I],
/// weight_hh [G * H, H], biases [G * H], peephole [3, H] for the gates i f o. Only a GRU has
/// bias_hh, only the peephole cells have peephole, a minimal GRU has no weight_hh: nullptr.
template <class T>
struct Weights {
  const T* weight_ih = nullptr;
  const T* weight_hh = nullptr;
  const T* bias_ih = nullptr;
  const T* bias_hh = nullptr;
  const T* peephole = nullptr;
};

/// The same shapes; results are added to what is there. nullptr: not wanted.
template <class T>
struct WeightGradients {
  T* weight_ih = nullptr;
  T* weight_hh = nullptr;
  T* bias_ih = nullptr;
  T* bias_hh = nullptr;
  T* peephole = nullptr;
};

/// Weights in the order the forward loops read them. Made by Kernels::pack, for that table alone.
/// Without weight_hh only `project` can be used: a dense layer is an RNN's input product.
template <class T>
struct PackedWeights {
  const void* input = nullptr;      // panels of weight_ih
  const void* recurrent = nullptr;  // panels of weight_hh
  const T* bias = nullptr;          // [width]; a GRU's bias_hh of the gates r and z is in it
  const T* bias_n = nullptr;        // [units, rounded up], GRU only: bias_hh of the gate n
  const T* peephole = nullptr;      // [3, units, rounded up]
};

/// Input rows and which of them each token reads, in the plan's order.
template <class T>
struct Input {
  const T* rows = nullptr;  // [count, I]
  std::int64_t stride = 0;  // values from row to row
  std::int64_t count = 0;
  const std::int32_t* row_of_token = nullptr;  // [tokens]
  bool shared = false;  // rows stand for several tokens each: they are multiplied once per row
};

/// The states of each row of the batch before its first step, [rows, units]; nullptr: zeros.
/// `cells` only of the cells with a state c. No gradient flows into them.
template <class T>
struct StartStates {
  const T* hidden = nullptr;
  const T* cells = nullptr;
};

/// Where a token's hidden state goes: sequence[row_of_token[token] * stride ...], if asked for, and
/// the state of each row's last visited token: last[row * last_stride ...]. `last_cells`, likewise,
/// only of the cells with a state c.
template <class T>
struct Output {
  T* sequence = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* row_of_token = nullptr;
  T* last = nullptr;
  std::int64_t last_stride = 0;
  T* last_cells = nullptr;
};

/// What the backward pass needs of the forward pass. Points into the forward pass's arena.
template <class T>
struct States {
  T* gates = nullptr;   // [tokens, gate_stride]: activated gates; their gradients after backward
  T* cells = nullptr;   // [tokens, padded units]: an LSTM's cell states; GRU's recurrent part of n
  T* hidden = nullptr;  // [tokens, padded units]
  T* start_hidden = nullptr;  // [rows, padded units] in the plan's order; nullptr: zeros
  T* start_cells = nullptr;   // likewise
};

/// Gradients of a loss with respect to Output; same layout, either may be nullptr.
template <class T>
struct OutputGradient {
  const T* sequence = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* row_of_token = nullptr;
  const T* last = nullptr;
  std::int64_t last_stride = 0;
};

/// How the hidden states of a row become one vector while they are computed.
enum class Pooling { kNone, kFirst, kLast, kMax, kSum };

/// Values of one direction without gradients: nothing is kept but what is asked for.
template <class T>
struct Run {
  const std::int32_t* table_row_of_token = nullptr;  // [tokens] rows of `table`
  const T* table = nullptr;  // products of input and weights, with bias: [rows, gate_stride]
  Pooling pooling = Pooling::kNone;
  T* pooled = nullptr;  // [batch rows, ...]
  std::int64_t pooled_stride = 0;
  StartStates<T> start = {};
};

/// How the losses of rows become one number.
struct LossForm {
  double smoothing = 0;  // share of each target that is spread evenly over the classes
  double scale = 1;      // of the sum
};

using UpdateFunction = void (*)(UpdateRule, const UpdateStep*, std::int64_t, const UpdatedValues&);

/// The functions of one instruction set. T: float or double.
template <class T>
struct Kernels {
  std::string_view name;

  /// Values from token to token in `States::gates`, products and tables.
  std::int64_t (*gate_stride)(const CellSize&);

  PackedWeights<T> (*pack)(const CellSize&, const Weights<T>&, Arena&);

  /// Products of `count` input rows with weight_ih, bias included: [count, gate_stride].
  void (*project)(const CellSize&, const PackedWeights<T>&, const T* rows, std::int64_t stride,
                  std::int64_t count, T* products);

  /// Values of one direction, from time 0 in the plan's order.
  States<T> (*forward)(const CellSize&, const PackedWeights<T>&, const StepPlan&, const Input<T>&,
                       const StartStates<T>&, const Output<T>&, Arena&);

  /// Gradients of one direction. `input_gradient` [count, I] with `input`'s stride is added to;
  /// nullptr: not wanted. Overwrites `states`.
  void (*backward)(const CellSize&, const Weights<T>&, const StepPlan&, const Input<T>&,
                   const OutputGradient<T>&, const States<T>&, T* input_gradient,
                   const WeightGradients<T>&, Arena&);

  /// Values of one direction that keeps no states.
  void (*run)(const CellSize&, const PackedWeights<T>&, const StepPlan&, const Run<T>&,
              const Output<T>&, Arena&);

  /// The scaled sum of -ln softmax(W x + b)[target] over rows, W and b as the weight_ih [units, I]
  /// and bias_ih of an RNN of as many units as there are classes, and its gradients: those of the
  /// rows are written, those of W and b added to. Shapes: rows and row_gradients [count, I].
  double (*softmax_loss)(const CellSize&, const Weights<T>&, const T* rows,
                         const std::int32_t* targets, std::int64_t count, const LossForm&,
                         T* row_gradients, const WeightGradients<T>&, Arena&);

  /// ln softmax(W x + b)[target] of each row, W and b packed likewise. Shapes: rows [count, I] ->
  /// [count].
  void (*log_probabilities)(const CellSize&, const PackedWeights<T>&, const T* rows,
                            const std::int32_t* targets, std::int64_t count, double* result,
                            Arena&);

  /// ln of the sum of e^score of each row of scores that `project` made with such weights. Columns
  /// past the units are overwritten. Shapes: scores [count, gate_stride] -> [count].
  void (*log_sums)(const CellSize&, T* scores, std::int64_t count, double* result);

  /// c[rows, columns] = a[rows, k] * b[k, columns], row-major: for tests and to measure the limit.
  void (*multiply)(std::int64_t rows, std::int64_t columns, std::int64_t k, const T* a, const T* b,
                   T* c, Arena&);

  /// See update.h; float only.
  UpdateFunction update;
};

/// The best instruction set that this CPU has, or the one that the environment variable SEQUENT_ISA
/// names: portable, avx2, avx512. A name that this CPU or build does not have is ignored with the
/// best taken instead; chosen_kernels_note() says so.
template <class T>
const Kernels<T>& kernels();

/// Every instruction set that this CPU and build have, portable first.
template <class T>
std::vector<const Kernels<T>*> available_kernels();

/// The table whose products round what they multiply to bfloat16 and sum in float32; states, gates,
/// gradients and weights stay float32. nullptr where the CPU or build has no such instruction, or
/// SEQUENT_ISA names a lesser set than avx512.
const Kernels<float>* bfloat16_kernels();

/// Empty, or why SEQUENT_ISA is not followed.
std::string chosen_kernels_note();

}  // namespace sequent::kernels
