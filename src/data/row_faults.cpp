#include "data/row_faults.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "data/table_rows.h"
#include "sequent/text.h"

namespace sequent {

std::optional<std::string> utf8_fault(std::string_view row) {
  const std::optional<std::size_t> at = find_invalid_utf8(row);
  if (!at) return std::nullopt;
  // A CSV record may span several lines, and is located by its first one.
  const std::string_view before = row.substr(0, *at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = lines == 0 ? 0 : before.rfind('\n') + 1;

  std::array<char, 8> byte{};
  std::snprintf(byte.data(), byte.size(), "0x%02X", static_cast<unsigned char>(row[*at]));
  std::string message =
      "invalid UTF-8 at byte " + std::to_string(*at - line_start + 1) + " (" + byte.data() + ")";
  if (lines > 0)
    message += ", " + std::to_string(lines) + (lines == 1 ? " line" : " lines") + " below";
  return message + "; expected UTF-8: convert with iconv -f latin1 -t utf-8";
}

std::optional<std::string> line_fault(const LineReader::Line& line, std::size_t max_bytes) {
  return line.too_long ? too_long_fault(max_bytes) : utf8_fault(line.text);
}

std::string too_long_fault(std::size_t max_bytes) {
  return "found a row of more than " + std::to_string(max_bytes) +
         " bytes; expected shorter rows: is a line ending missing?";
}

std::string too_many_columns_fault() {
  return "found more than " + std::to_string(kGreatestColumns) +
         " columns; expected fewer: is this the right file format?";
}

std::string list_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace sequent
