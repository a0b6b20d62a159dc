#include "baseline/sparse_rows.h"

namespace sequent {

void SparseLists::add(std::span<const SparseValue> values) {
  values_.insert(values_.end(), values.begin(), values.end());
  offsets_.push_back(values_.size());
}

SparseLists SparseLists::transposed(std::size_t count) const {
  SparseLists result;
  result.offsets_.assign(count + 1, 0);
  for (const SparseValue& value : values_)
    ++result.offsets_[static_cast<std::size_t>(value.index) + 1];
  for (std::size_t i = 0; i < count; ++i) result.offsets_[i + 1] += result.offsets_[i];
  std::vector<std::size_t> next(result.offsets_.begin(), result.offsets_.end() - 1);
  result.values_.resize(values_.size());
  for (std::size_t list = 0; list < size(); ++list) {
    for (const SparseValue& value : (*this)[list]) {
      result.values_[next[static_cast<std::size_t>(value.index)]++] = {
          static_cast<std::int32_t>(list), value.value};
    }
  }
  return result;
}

}  // namespace sequent
