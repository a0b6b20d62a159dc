// Cells of a table that hold a number, or a marker for a missing one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Returns whether a cell is empty or means a missing number: NaN, NA, N/A, null, None, ?, - and
/// similar, in any case, or one of `others`.
bool is_missing_cell(std::string_view cell, const std::vector<std::string>& others);

}  // namespace sequent
