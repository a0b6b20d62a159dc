// Caches the first recurrent layer's input products of each token.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "kernels/recurrent.h"

namespace sequent {

/// Products of embedding rows with a layer's weight_ih, for each direction, computed on first use
/// of a token. Tokens are numbered by descending frequency, so a table with limited memory contains
/// the most frequent ones. Threads: all functions can be called from many threads at once.
class TokenTable {
 public:
  /// `embedding` [rows, size.input] and `weights`, packed by `kernels`, must outlive this object.
  TokenTable(const kernels::Kernels<float>& kernels, const kernels::CellSize& size,
             std::vector<kernels::PackedWeights<float>> weights, std::span<const float> embedding,
             std::int64_t most_bytes);

  /// The products of the tokens `ids` for each direction, and the row of each token.
  struct Products {
    std::vector<const float*> tables;  // per direction
    std::vector<std::int32_t> row_of;  // per token of `ids`
  };

  /// Products that are not cached are computed in `arena`.
  Products of(std::span<const std::int32_t> ids, kernels::Arena& arena) const;

 private:
  void fill(std::span<const std::int32_t> ids, kernels::Arena& arena) const;
  Products mixed(std::span<const std::int32_t> ids, kernels::Arena& arena) const;
  const float* embedded(std::span<const std::int32_t> ids, kernels::Arena& arena) const;

  const kernels::Kernels<float>* kernels_;
  kernels::CellSize size_;
  std::int64_t stride_;
  std::vector<kernels::PackedWeights<float>> weights_;
  std::span<const float> embedding_;
  std::int64_t kept_rows_;
  struct Free {
    void operator()(float* memory) const;
  };
  std::vector<std::unique_ptr<float, Free>> tables_;
  mutable std::mutex filling_;
  mutable std::vector<std::atomic<bool>> filled_;
};

}  // namespace sequent
