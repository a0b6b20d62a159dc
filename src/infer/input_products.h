// The products of a recurrent layer's input with weight_ih.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "infer/stages.h"
#include "infer/token_table.h"
#include "kernels/recurrent.h"

namespace sequent {

/// Returns 0, 1, ..., count - 1.
std::vector<std::int32_t> identity(std::int64_t count);

/// Multiplies all steps at once, or each distinct token once; see TokenTable.
class InputProducts {
 public:
  /// `weights`: of each direction, packed by `kernels`; their memory must outlive this object.
  InputProducts(const kernels::Kernels<float>& kernels, const kernels::CellSize& size,
                std::vector<kernels::PackedWeights<float>> weights, const TokenInput& tokens);
  InputProducts(const InputProducts&) = delete;
  InputProducts& operator=(const InputProducts&) = delete;
  ~InputProducts() = default;

  struct Direction {
    const float* table = nullptr;            // [rows, gate_stride(size)]
    std::vector<std::int32_t> row_of_token;  // in the order in which the direction visits them
  };
  std::vector<Direction> of(const Flow& flow) const;

 private:
  const kernels::Kernels<float>& kernels_;
  kernels::CellSize size_;
  std::vector<kernels::PackedWeights<float>> weights_;
  std::shared_ptr<const std::vector<float>> embedding_;  // null: the layer reads values
  std::optional<TokenTable> tokens_;
};

}  // namespace sequent
