#include "sequent/data.h"

namespace sequent {

void EncodedDataset::reserve(std::int64_t rows, std::int64_t tokens) {
  ids_.reserve(static_cast<std::size_t>(tokens));
  offsets_.reserve(static_cast<std::size_t>(rows) + 1);
  labels_.reserve(static_cast<std::size_t>(rows));
}

void EncodedDataset::add(std::span<const std::int32_t> ids, std::int32_t label) {
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  offsets_.push_back(static_cast<std::int64_t>(ids_.size()));
  labels_.push_back(label);
}

}  // namespace sequent
