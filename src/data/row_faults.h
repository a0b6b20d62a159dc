// Error messages for rows that cannot be used, shared by the readers of all formats.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/line_reader.h"

namespace sequent {

/// Returns an error message for the first byte that is not valid UTF-8, with its position in the
/// line, counted from 1, and the cure. The bytes of the row itself must tell its encoding.
std::optional<std::string> utf8_fault(std::string_view row);

/// The same for a row of this file: names the encoding that is likely for the file, and the file's
/// encoding if the row was converted from it.
std::optional<std::string> text_fault(std::string_view row, BlockReader& source);
/// The same, where `encoding` is the file's and `likely` returns the one that is likely.
std::optional<std::string> text_fault(std::string_view row, const std::string& encoding,
                                      const std::function<std::string()>& likely);

/// Returns an error message if a line is too long or not valid UTF-8.
std::optional<std::string> line_fault(const LineReader::Line& line, std::size_t max_bytes);

std::string too_long_fault(std::size_t max_bytes);
std::string too_many_columns_fault();

/// Returns `a, b, c`, for messages that list the available names: the first ones of many, and the
/// beginnings of long ones.
std::string list_names(const std::vector<std::string>& names);

}  // namespace sequent
