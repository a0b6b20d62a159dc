// A language model's last layer on kernels/.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/recurrent.h"

namespace sequent {

/// The logits of all tokens at the next position.
class NextTokenHead {
 public:
  /// Shapes: weight [V, input], bias [V].
  NextTokenHead(const kernels::Kernels<float>& kernels, std::int64_t input,
                std::span<const float> weight, std::span<const float> bias);

  std::int64_t tokens() const { return size_.units; }

  struct Scores {
    const float* values = nullptr;  // [rows, stride], in the arena
    std::int64_t stride = 0;
    std::int64_t tokens = 0;
    std::vector<double> log_sums;  // [rows]: ln p is the logit minus this

    /// Shapes: -> [V].
    std::span<const float> of(std::size_t row) const {
      return {values + static_cast<std::int64_t>(row) * stride, static_cast<std::size_t>(tokens)};
    }
  };

  /// Shapes: rows [count, input].
  Scores score(const float* rows, std::int64_t count, kernels::Arena& arena) const;

  /// Returns ln p of each row's target. Shapes: rows [targets, input] -> [targets].
  void log_probabilities(const float* rows, std::span<const std::int32_t> targets, double* result,
                         kernels::Arena& arena) const;

 private:
  const kernels::Kernels<float>& kernels_;
  kernels::CellSize size_;
  kernels::Arena memory_;
  kernels::PackedWeights<float> packed_;
};

}  // namespace sequent
