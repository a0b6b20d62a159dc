// The order in which a recurrent layer visits the tokens of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sequent::kernels {

/// Rows in the order of falling length, visited step by step: step s holds the s-th token of every
/// row that has one, so that no padding is ever visited. Tokens are numbered in that order.
class StepPlan {
 public:
  /// `lengths` of the rows, each at least 1, in any order.
  explicit StepPlan(std::span<const std::int64_t> lengths);

  std::int64_t rows() const { return static_cast<std::int64_t>(order_.size()); }
  std::int64_t steps() const { return static_cast<std::int64_t>(first_.size()) - 1; }
  std::int64_t tokens() const { return first_.back(); }

  /// Rows that have a token at this step; the first `active` of the order.
  std::int64_t active(std::int64_t step) const { return first(step + 1) - first(step); }

  /// The number of the step's first token; `first(steps())` is the number of tokens.
  std::int64_t first(std::int64_t step) const { return first_[static_cast<std::size_t>(step)]; }

  /// The batch's row that stands at `place` in the order.
  std::int64_t row(std::int64_t place) const { return order_[static_cast<std::size_t>(place)]; }
  std::int64_t length(std::int64_t place) const {
    return lengths_[static_cast<std::size_t>(place)];
  }

  /// Where each token stands in a padded batch [rows, width]: row * width + position. Reversed: the
  /// first token visited is the row's last.
  std::vector<std::int32_t> positions(std::int64_t width, bool reversed) const;

  /// For each token the number of the token that stands at its place when its row is read
  /// backwards.
  std::vector<std::int32_t> mirrored() const;

 private:
  std::vector<std::int64_t> order_;
  std::vector<std::int64_t> lengths_;  // in that order
  std::vector<std::int64_t> first_;
};

}  // namespace sequent::kernels
