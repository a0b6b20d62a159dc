// A dense layer with softmax and cross-entropy loss, computing values and gradients together.
// Included only by the isa_*.cpp files.
//
// The logits of all classes are materialized for one block of rows at a time and used while they
// are still in the cache. The logits of all tokens of a language model would exceed everything else
// that a training step allocates. The method follows "Cut Your Losses" (Wijmans et al. 2024).
#pragma once

#include <cmath>
#include <limits>

#include "kernels/backward.h"

namespace sequent::kernels {
namespace {

template <class T>
struct ExponentialSum {
  double sum = 0;  // of e^(logit - greatest)
  T greatest = 0;
  double logarithm() const { return std::log(sum) + static_cast<double>(greatest); }
};

/// If kStore, each logit is replaced by e^(logit - greatest), and the columns past `classes` become
/// 0. Otherwise the logits stay unchanged, and those columns become -infinity.
template <bool kStore, class T>
ExponentialSum<T> exponentiate_row(std::int64_t classes, std::int64_t padded, T* scores) {
  const T lowest = -std::numeric_limits<T>::infinity();
  for (std::int64_t c = classes; c < padded; ++c) scores[c] = lowest;
  Vector<T> greatest = broadcast(lowest);
  for (std::int64_t c = 0; c < padded; c += kLanes<T>) {
    const Vector<T> values = load(scores + c);
    greatest = values > greatest ? values : greatest;
  }
  T most = greatest[0];
  for (int lane = 1; lane < kLanes<T>; ++lane) most = greatest[lane] > most ? greatest[lane] : most;
  Vector<T> sums{};
  for (std::int64_t c = 0; c < padded; c += kLanes<T>) {
    const Vector<T> value = exponential(load(scores + c) - most);
    if constexpr (kStore) store(scores + c, value);
    sums += value;
  }
  // The vectorized exponential never returns 0: subtract what the padding columns added.
  const Vector<T> least = exponential(broadcast(lowest));
  for (std::int64_t c = classes; c < padded; ++c) {
    sums[c % kLanes<T>] -= least[0];
    if constexpr (kStore) scores[c] = T(0);
  }
  ExponentialSum<T> result{0, most};
  for (int lane = 0; lane < kLanes<T>; ++lane) result.sum += static_cast<double>(sums[lane]);
  return result;
}

/// Returns the loss of one row and replaces its logits by their gradient. Columns past `classes`
/// become 0.
template <class T>
double differentiate_row(std::int64_t classes, std::int64_t padded, std::int32_t target,
                         const LossForm& form, T* scores) {
  const T of_target = scores[target];
  double mean = 0;
  if (form.smoothing > 0) {
    for (std::int64_t c = 0; c < classes; ++c) mean += static_cast<double>(scores[c]);
    mean /= static_cast<double>(classes);
  }
  const ExponentialSum<T> found = exponentiate_row<true>(classes, padded, scores);
  const auto scale = static_cast<T>(form.scale / found.sum);
  const auto even = static_cast<T>(form.scale * form.smoothing / static_cast<double>(classes));
  for (std::int64_t c = 0; c < padded; c += kLanes<T>) {
    store(scores + c, load(scores + c) * scale - even);
  }
  for (std::int64_t c = classes; c < padded; ++c) scores[c] = T(0);
  scores[target] -= static_cast<T>(form.scale * (1 - form.smoothing));
  return form.scale * (found.logarithm() - (1 - form.smoothing) * static_cast<double>(of_target) -
                       form.smoothing * mean);
}

template <class T>
double softmax_loss(const CellSize& size, const Weights<T>& weights, const T* rows,
                    const std::int32_t* targets, std::int64_t count, const LossForm& form,
                    T* row_gradients, const WeightGradients<T>& gradients, Arena& arena) {
  const Layout<T> layout(size);
  const PackedWeights<T> packed = pack(size, weights, arena);
  const Operand<T>* back = pack_for_gradient(layout, weights.weight_ih, layout.input, arena);
  T* scores = arena.take<T>(static_cast<std::size_t>(kRowBlock * layout.stride));
  const Panels<T> panels{layout.input, kPanelVectors};
  T* zeros = arena.take<T>(static_cast<std::size_t>(panels.packed_size(kOperandDepth)));
  for (std::int64_t i = 0; i < panels.packed_size(kOperandDepth); ++i) zeros[i] = T(0);
  arena.reserve(weight_gradient_bytes(layout, layout.input));
  double loss = 0;
  for (std::int64_t first = 0; first < count; first += kRowBlock) {
    const Arena::Scope scope(arena);
    const std::int64_t height = smaller(kRowBlock, count - first);
    const T* block = rows + first * layout.input;
    project(size, packed, block, layout.input, height, scores);
    for (std::int64_t row = 0; row < height; ++row) {
      loss += differentiate_row(layout.units, layout.width, targets[first + row], form,
                                scores + row * layout.stride);
    }
    multiply_rows<T>(height, layout.width, {scores, layout.stride}, panels, back, zeros,
                     {row_gradients + first * layout.input, layout.input});
    add_weight_gradient<T>(layout, height, scores, {block, layout.input}, layout.input,
                           gradients.weight_ih, arena);
    add_bias_gradient(layout, height, scores, gradients.bias_ih, arena);
  }
  return loss;
}

template <class T>
void log_probabilities(const CellSize& size, const PackedWeights<T>& weights, const T* rows,
                       const std::int32_t* targets, std::int64_t count, double* result,
                       Arena& arena) {
  const Layout<T> layout(size);
  const Arena::Scope scope(arena);
  T* scores = arena.take<T>(static_cast<std::size_t>(kRowBlock * layout.stride));
  for (std::int64_t first = 0; first < count; first += kRowBlock) {
    const std::int64_t height = smaller(kRowBlock, count - first);
    project(size, weights, rows + first * layout.input, layout.input, height, scores);
    for (std::int64_t row = 0; row < height; ++row) {
      T* own = scores + row * layout.stride;
      const double log_sum = exponentiate_row<false>(layout.units, layout.width, own).logarithm();
      result[first + row] = static_cast<double>(own[targets[first + row]]) - log_sum;
    }
  }
}

template <class T>
void log_sums(const CellSize& size, T* scores, std::int64_t count, double* result) {
  const Layout<T> layout(size);
  for (std::int64_t row = 0; row < count; ++row) {
    T* own = scores + row * layout.stride;
    result[row] = exponentiate_row<false>(layout.units, layout.width, own).logarithm();
  }
}

}  // namespace
}  // namespace sequent::kernels
