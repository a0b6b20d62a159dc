// The order in which a recurrent layer visits the tokens of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sequent::kernels {

/// Sorts rows by decreasing length and visits them step by step. Step s holds the s-th token of
/// every row that has one, so padding is never visited. Tokens are numbered in this order.
class StepPlan {
 public:
  /// `lengths` holds the length of each row, at least 1, in any order.
  explicit StepPlan(std::span<const std::int64_t> lengths);

  std::int64_t rows() const { return static_cast<std::int64_t>(order_.size()); }
  std::int64_t steps() const { return static_cast<std::int64_t>(first_.size()) - 1; }
  std::int64_t tokens() const { return first_.back(); }

  /// The number of rows that have a token at this step. They are the first rows of the order.
  std::int64_t active(std::int64_t step) const { return first(step + 1) - first(step); }

  /// The index of the step's first token; `first(steps())` is the total number of tokens.
  std::int64_t first(std::int64_t step) const { return first_[static_cast<std::size_t>(step)]; }

  /// The batch row at offset `place` of the order.
  std::int64_t row(std::int64_t place) const { return order_[static_cast<std::size_t>(place)]; }
  std::int64_t length(std::int64_t place) const {
    return lengths_[static_cast<std::size_t>(place)];
  }

  /// The offset of each token in a padded batch [rows, width]: row * width + position. If
  /// `reversed`, the first token visited is the last of its row.
  std::vector<std::int32_t> positions(std::int64_t width, bool reversed) const;

  /// For each token, the index of the token at the same position when the row is read backward.
  std::vector<std::int32_t> mirrored() const;

 private:
  std::vector<std::int64_t> order_;
  std::vector<std::int64_t> lengths_;  // in the same order
  std::vector<std::int64_t> first_;
};

}  // namespace sequent::kernels
