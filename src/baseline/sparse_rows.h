// Rows of few values, stored by row and by column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sequent {

struct SparseValue {
  std::int32_t index = 0;
  float value = 0;
};

/// Lists of values, one after the other.
class SparseLists {
 public:
  std::size_t size() const { return offsets_.size() - 1; }
  std::size_t value_count() const { return values_.size(); }
  std::span<const SparseValue> operator[](std::size_t list) const {
    return std::span(values_).subspan(offsets_[list], offsets_[list + 1] - offsets_[list]);
  }
  void add(std::span<const SparseValue> values);

  /// Exchanges lists and indices, which are below `count`.
  SparseLists transposed(std::size_t count) const;

 private:
  std::vector<std::size_t> offsets_{0};
  std::vector<SparseValue> values_;
};

}  // namespace sequent
