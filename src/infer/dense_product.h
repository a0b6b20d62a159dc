// f(W x + b) for many rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/recurrent.h"
#include "sequent/layers.h"

namespace sequent {

/// Applies f to a row of `width` values.
void activate(Activation f, std::int64_t width, float* row);

/// Computes the input product of an RNN without its recurrence.
class DenseProduct {
 public:
  /// Shapes: weight [units, input], bias [units].
  DenseProduct(std::int64_t input, std::int64_t units, Activation activation, const float* weight,
               const float* bias);

  /// Shapes: rows [count, input] -> [count, units], allocated in the arena.
  float* of(const float* rows, std::int64_t count, kernels::Arena& arena) const;

  std::int64_t units() const { return size_.units; }

 private:
  kernels::CellSize size_;
  Activation activation_;
  kernels::Arena memory_;
  kernels::PackedWeights<float> packed_;
};

/// Permutes a convolution's weight to match the memory layout of its windows: [filters, input,
/// steps] -> [filters, steps, input].
std::vector<float> by_step(std::span<const float> weight, const Conv1dSpec& spec,
                           std::int64_t input);

}  // namespace sequent
