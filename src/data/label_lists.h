// Cells of tables that hold several labels.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Parses a list of labels as Python or JSON write it, such as ['a', "b"]; a set, a tuple and
/// NumPy's list without commas are lists, too. Returns nullopt if the cell is no such list.
std::optional<std::vector<std::string>> parse_label_list(std::string_view cell);

/// Splits the label of each row of another reader into its labels. A cell is a list, or its labels
/// are separated by `separator` (by default, a comma). Without a separator, warns at the end of the
/// file if another one is likely.
std::unique_ptr<RecordReader> split_labels(std::unique_ptr<RecordReader> reader,
                                           const std::optional<std::string>& separator);

}  // namespace sequent
