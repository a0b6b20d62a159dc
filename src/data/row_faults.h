// Error messages for rows that cannot be used, shared by the readers of all formats.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/line_reader.h"

namespace sequent {

/// Returns an error message for the first byte that is not valid UTF-8, with its position in the
/// line, counted from 1, and the cure.
std::optional<std::string> utf8_fault(std::string_view row);

/// Returns an error message if a line is too long or not valid UTF-8.
std::optional<std::string> line_fault(const LineReader::Line& line, std::size_t max_bytes);

std::string too_long_fault(std::size_t max_bytes);
std::string too_many_columns_fault();

/// Returns `a, b, c`, for messages that list the available names.
std::string list_names(const std::vector<std::string>& names);

}  // namespace sequent
