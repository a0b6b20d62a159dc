// What readers of every format say about a row they cannot use.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/line_reader.h"

namespace sequent {

/// Names the first byte that is not UTF-8, counted from 1 in its line, and the cure.
std::optional<std::string> utf8_fault(std::string_view row);

/// Why a line cannot be used: it is too long or not UTF-8.
std::optional<std::string> line_fault(const LineReader::Line& line, std::size_t max_bytes);

std::string too_long_fault(std::size_t max_bytes);
std::string too_many_columns_fault();

/// `a, b, c`: what is there, for messages that say what is not.
std::string list_names(const std::vector<std::string>& names);

}  // namespace sequent
