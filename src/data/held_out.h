// Assigns the rows of the training file to training, validation and test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/split_keys.h"
#include "sequent/data.h"

namespace sequent {

/// What the choice depends on.
struct RowsToSplit {
  std::span<const std::int32_t> labels;  // one per row
  std::span<const SplitKeys> keys = {};  // one per row; empty unless SplitKeyReader::is_needed
  std::span<const std::uint64_t> inputs = {};  // hashes; used if duplicates stay together
  std::span<const std::int32_t> series = {};   // of windows, one per row; empty: a single series
};

/// As choose_parts in data.h, which is this without keys, inputs and series. Windows of each series
/// are split separately. Rows of a group, and equal inputs if duplicates stay together, form units
/// that are assigned as a whole: in an order drawn by the seed, the largest first, each to the part
/// whose counts by label come closest to its share.
std::vector<Part> choose_parts(const RowsToSplit& rows, const DataSpec& spec, bool in_order);

/// Returns the number of the unit of each row that this held-out part takes as a whole; empty if
/// the part takes rows one by one.
std::vector<std::size_t> units_of_part(const RowsToSplit& rows, const DataSpec& spec, Part part,
                                       bool in_order);

}  // namespace sequent
