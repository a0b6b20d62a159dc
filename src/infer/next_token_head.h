// A language model's last layer on kernels/.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/recurrent.h"

namespace sequent {

/// Scores of all tokens after what a row stands for; softmax makes the probabilities.
class NextTokenHead {
 public:
  /// Shapes: weight [V, input], bias [V].
  NextTokenHead(const kernels::Kernels<float>& kernels, std::int64_t input,
                std::span<const float> weight, std::span<const float> bias);

  std::int64_t tokens() const { return size_.units; }

  /// Shapes: row [input] -> scores [V].
  void score(const float* row, float* scores, kernels::Arena& arena) const;

  /// ln p of each row's target. Shapes: rows [targets, input] -> [targets].
  void log_probabilities(const float* rows, std::span<const std::int32_t> targets, double* result,
                         kernels::Arena& arena) const;

 private:
  const kernels::Kernels<float>& kernels_;
  kernels::CellSize size_;
  kernels::Arena memory_;
  kernels::PackedWeights<float> packed_;
};

}  // namespace sequent
