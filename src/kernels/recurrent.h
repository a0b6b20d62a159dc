// Recurrent layers over whole batches on the CPU. The kernels compute values and gradients in
// either time direction. They take plain pointers and sizes and do not depend on LibTorch.
//
// Padding is never computed: a StepPlan drops each row from the active rows when it ends. Weights
// are packed into panels that the inner loops read sequentially. A panel holds all gates of one
// vector of units, so gates are computed while the products are still in registers. The same source
// is compiled for several instruction sets, and the best one that the CPU supports is chosen on
// first use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/arena.h"
#include "kernels/step_plan.h"
#include "kernels/update.h"

namespace sequent::kernels {

/// The weights of a cell besides weight_ih and bias_ih; see Weights.
struct CellWeights {
  int gates = 1;
  bool recurrent = true;  // has weight_hh: the gates also depend on the previous hidden state
  int peepholes = 0;      // number of gates that also see the cell state
};

// The recurrent cells. Each row names the enumerator of Cell, the class template in cells.h that
// computes the cell, and the cell's weights. Cells have the same names as in CellKind. Gate order:
// LSTM i f g o, GRU r z n, RNN its single sum (as in torch::nn); coupled LSTM f g o, hidden state
// i f g, minimal GRU z n, SRU g f r x.
#define SEQUENT_KERNEL_CELLS(CELL)                                                  \
  CELL(kRnnTanh, RnnTanhCell, .gates = 1)                                           \
  CELL(kRnnRelu, RnnReluCell, .gates = 1)                                           \
  CELL(kLstm, LstmCell, .gates = 4)                                                 \
  CELL(kGru, GruCell, .gates = 3)                                                   \
  CELL(kCoupledLstm, CoupledLstmCell, .gates = 3)                                   \
  CELL(kPeepholeLstm, PeepholeLstmCell, .gates = 4, .peepholes = 3)                 \
  CELL(kPeepholePreviousLstm, PeepholePreviousLstmCell, .gates = 4, .peepholes = 3) \
  CELL(kHiddenState, HiddenStateCell, .gates = 3)                                   \
  CELL(kMinGru, MinGruCell, .gates = 2, .recurrent = false)                         \
  CELL(kSru, SruCell, .gates = 4, .recurrent = false, .peepholes = 2)

enum class Cell {
#define SEQUENT_ENUMERATOR(name, Class, ...) name,
  SEQUENT_KERNEL_CELLS(SEQUENT_ENUMERATOR)
#undef SEQUENT_ENUMERATOR
};

inline constexpr CellWeights kCellWeights[] = {
#define SEQUENT_ROW(name, Class, ...) {__VA_ARGS__},
    SEQUENT_KERNEL_CELLS(SEQUENT_ROW)
#undef SEQUENT_ROW
};

constexpr const CellWeights& cell_weights(Cell cell) {
  return kCellWeights[static_cast<std::size_t>(cell)];
}

constexpr int gate_count(Cell cell) { return cell_weights(cell).gates; }
constexpr int peephole_count(Cell cell) { return cell_weights(cell).peepholes; }
constexpr bool has_recurrent_weights(Cell cell) { return cell_weights(cell).recurrent; }

struct CellSize {
  Cell cell = Cell::kLstm;
  std::int64_t input = 0;  // I
  std::int64_t units = 0;  // H
};

/// One direction's weights in the row-major layout of torch::nn: weight_ih [G * H, I],
/// weight_hh [G * H, H], biases [G * H], and peephole [P, H], a vector for each of the P gates that
/// see the cell state, in the order of the gates. Absent weights are nullptr: see cell_weights;
/// only a GRU has bias_hh.
template <class T>
struct Weights {
  const T* weight_ih = nullptr;
  const T* weight_hh = nullptr;
  const T* bias_ih = nullptr;
  const T* bias_hh = nullptr;
  const T* peephole = nullptr;
};

/// Gradients in the same shapes, added to the existing values. A nullptr gradient is not computed.
template <class T>
struct WeightGradients {
  T* weight_ih = nullptr;
  T* weight_hh = nullptr;
  T* bias_ih = nullptr;
  T* bias_hh = nullptr;
  T* peephole = nullptr;
};

/// Weights in the order in which the forward loops read them. They are made by Kernels::pack and
/// are valid for that kernel table only. Without weight_hh only `project` can be used; a dense
/// layer uses it as the input product of an RNN.
template <class T>
struct PackedWeights {
  const void* input = nullptr;      // panels of weight_ih
  const void* recurrent = nullptr;  // panels of weight_hh
  const T* bias = nullptr;          // [width]; includes a GRU's bias_hh of the gates r and z
  const T* bias_n = nullptr;        // [units, rounded up], GRU only: bias_hh of gate n
  const T* peephole = nullptr;      // [P, units, rounded up]
};

/// The input rows, and which row each token reads, in the plan's order.
template <class T>
struct Input {
  const T* rows = nullptr;  // [count, I]
  std::int64_t stride = 0;  // elements between consecutive rows
  std::int64_t count = 0;
  const std::int32_t* row_of_token = nullptr;  // [tokens]
  bool shared = false;  // several tokens share a row: multiply each row only once
};

/// The initial states of each batch row, [rows, units]; nullptr means zeros. `cells` is used only
/// by cells with a state c. No gradient flows into these states.
template <class T>
struct StartStates {
  const T* hidden = nullptr;
  const T* cells = nullptr;
};

/// Destinations of the hidden states. A token's hidden state is written to
/// sequence[row_of_token[token] * stride ...] unless `sequence` is nullptr. The state of each row's
/// last visited token is written to last[row * last_stride ...]. `last_cells` works like `last`,
/// but only for cells with a state c.
template <class T>
struct Output {
  T* sequence = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* row_of_token = nullptr;
  T* last = nullptr;
  std::int64_t last_stride = 0;
  T* last_cells = nullptr;
};

/// What the backward pass needs from the forward pass. The pointers refer to the forward pass's
/// arena.
template <class T>
struct States {
  T* gates = nullptr;   // [tokens, gate_stride]: activated gates; backward stores gradients here
  T* cells = nullptr;   // [tokens, padded units]: cell states, or a GRU's recurrent part of n
  T* hidden = nullptr;  // [tokens, padded units]
  T* start_hidden = nullptr;  // [rows, padded units] in the plan's order; nullptr: zeros
  T* start_cells = nullptr;   // same shape and order
};

/// Gradients of a loss with respect to Output, in the same layout. Either pointer may be nullptr.
template <class T>
struct OutputGradient {
  const T* sequence = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* row_of_token = nullptr;
  const T* last = nullptr;
  std::int64_t last_stride = 0;
};

/// How the hidden states of a row are pooled into one vector as they are computed.
enum class Pooling { kNone, kFirst, kLast, kMax, kSum };

/// A forward pass of one direction without gradients. It stores only the requested outputs.
template <class T>
struct Run {
  const std::int32_t* table_row_of_token = nullptr;  // [tokens] rows of `table`
  const T* table = nullptr;  // products of inputs and weights plus bias: [rows, gate_stride]
  Pooling pooling = Pooling::kNone;
  T* pooled = nullptr;  // [batch rows, ...]
  std::int64_t pooled_stride = 0;
  StartStates<T> start = {};
};

/// How the losses of the rows are reduced to one number.
struct LossForm {
  double smoothing = 0;  // share of each target distribution spread evenly over all classes
  double scale = 1;      // factor on the sum
};

using UpdateFunction = void (*)(UpdateRule, const UpdateStep*, std::int64_t, const UpdatedValues&);

/// The functions of one instruction set. T is float or double.
template <class T>
struct Kernels {
  std::string_view name;

  /// The number of elements per token in `States::gates`, products and tables.
  std::int64_t (*gate_stride)(const CellSize&);

  PackedWeights<T> (*pack)(const CellSize&, const Weights<T>&, Arena&);

  /// Computes the products of `count` input rows with weight_ih plus the bias. Shapes: rows
  /// [count, I] -> products [count, gate_stride].
  void (*project)(const CellSize&, const PackedWeights<T>&, const T* rows, std::int64_t stride,
                  std::int64_t count, T* products);

  /// Runs the forward pass of one direction, starting at time 0 in the plan's order.
  States<T> (*forward)(const CellSize&, const PackedWeights<T>&, const StepPlan&, const Input<T>&,
                       const StartStates<T>&, const Output<T>&, Arena&);

  /// Computes the gradients of one direction and overwrites `states`. The input gradient is added
  /// to `input_gradient` [count, I], which has the stride of `input`; it is not computed if
  /// `input_gradient` is nullptr.
  void (*backward)(const CellSize&, const Weights<T>&, const StepPlan&, const Input<T>&,
                   const OutputGradient<T>&, const States<T>&, T* input_gradient,
                   const WeightGradients<T>&, Arena&);

  /// Runs the forward pass of one direction without keeping the states.
  void (*run)(const CellSize&, const PackedWeights<T>&, const StepPlan&, const Run<T>&,
              const Output<T>&, Arena&);

  /// Returns the scaled sum over all rows of -ln softmax(W x + b)[target] and computes its
  /// gradients. W and b are passed as the weight_ih [units, I] and bias_ih of an RNN with one unit
  /// per class. Row gradients are overwritten; the gradients of W and b are added to the existing
  /// values.
  /// Shapes: rows and row_gradients [count, I].
  double (*softmax_loss)(const CellSize&, const Weights<T>&, const T* rows,
                         const std::int32_t* targets, std::int64_t count, const LossForm&,
                         T* row_gradients, const WeightGradients<T>&, Arena&);

  /// Computes ln softmax(W x + b)[target] of each row from W and b packed the same way.
  /// Shapes: rows [count, I] -> result [count].
  void (*log_probabilities)(const CellSize&, const PackedWeights<T>&, const T* rows,
                            const std::int32_t* targets, std::int64_t count, double* result,
                            Arena&);

  /// Computes ln(sum of e^logit) for each row of logits that `project` computed with such weights.
  /// Columns past the units are overwritten.
  /// Shapes: scores [count, gate_stride] -> result [count].
  void (*log_sums)(const CellSize&, T* scores, std::int64_t count, double* result);

  /// Computes c[rows, columns] = a[rows, k] * b[k, columns], row-major. Packs `b` first, so a
  /// matrix that is used several times is better packed once, by `pack`.
  void (*multiply)(std::int64_t rows, std::int64_t columns, std::int64_t k, const T* a, const T* b,
                   T* c, Arena&);

  /// Replaces each of `count` values by its sigmoid, or its hyperbolic tangent.
  void (*sigmoid)(T* values, std::int64_t count);
  void (*tanh)(T* values, std::int64_t count);

  /// Replaces a row of `count` values, at least one, by its softmax.
  void (*softmax)(T* values, std::int64_t count);

  /// See update.h; float only.
  UpdateFunction update;
};

/// Returns the best instruction set that this CPU supports, or the one named by the environment
/// variable SEQUENT_ISA: portable, avx2 or avx512. If this CPU or build does not have the named
/// set, the best one is used and chosen_kernels_note() says so.
template <class T>
const Kernels<T>& kernels();

/// Every instruction set that this CPU and build support, starting with portable.
template <class T>
std::vector<const Kernels<T>*> available_kernels();

/// The kernel table whose products round their operands to bfloat16 and accumulate in float32.
/// States, gates, gradients and weights stay float32. Returns nullptr if the CPU or build lacks the
/// instructions, or if SEQUENT_ISA names a set below avx512.
const Kernels<float>* bfloat16_kernels();

/// Explains why SEQUENT_ISA was ignored; empty if it was not.
std::string chosen_kernels_note();

}  // namespace sequent::kernels
