#include "data/row_faults.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/shortened.h"
#include "data/table_rows.h"
#include "sequent/text.h"

namespace sequent {
namespace {

std::string encoding_cure(const std::string& likely) {
  constexpr const char* kOption = "; set \"encoding\" (sequent-infer: --encoding) to ";
  if (!likely.empty()) return kOption + ("\"" + likely) + "\", which it probably is";
  return kOption + std::string("the file's encoding, such as \"gb18030\" or \"windows-1252\"");
}

}  // namespace

std::optional<std::string> text_fault(std::string_view row, const std::string& encoding,
                                      const std::function<std::string()>& likely) {
  const std::optional<std::size_t> at = find_invalid_utf8(row);
  if (!at) return std::nullopt;
  // A CSV record may span several lines, and is located by its first one.
  const std::string_view before = row.substr(0, *at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = lines == 0 ? 0 : before.rfind('\n') + 1;
  std::string below;
  if (lines > 0)
    below = ", " + std::to_string(lines) + (lines == 1 ? " line" : " lines") + " below";

  if (!is_utf8(encoding)) {
    const std::string_view line = before.substr(line_start);
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not a continuation byte
    });
    return "invalid " + encoding + " after " + std::to_string(characters) +
           (characters == 1 ? " character" : " characters") + below +
           "; is \"encoding\" right, and the file undamaged?";
  }
  std::array<char, 8> byte{};
  std::snprintf(byte.data(), byte.size(), "0x%02X", static_cast<unsigned char>(row[*at]));
  return "invalid UTF-8 at byte " + std::to_string(*at - line_start + 1) + " (" + byte.data() +
         ")" + below + encoding_cure(likely());
}

std::optional<std::string> utf8_fault(std::string_view row) {
  return text_fault(row, std::string(kUtf8), [&] { return likely_encoding(row); });
}

std::optional<std::string> text_fault(std::string_view row, BlockReader& source) {
  return text_fault(row, source.encoding(), [&] { return source.likely_encoding(); });
}

std::optional<std::string> line_fault(const LineReader::Line& line, std::size_t max_bytes) {
  return line.too_long ? too_long_fault(max_bytes) : text_fault(line.text, *line.source);
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
  constexpr std::size_t kMostNames = 20;
  constexpr std::size_t kLongestName = 60;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    text += (text.empty() ? "" : ", ") + shortened(names[i], kLongestName);
  }
  if (names.size() > kMostNames) {
    text += " and " + std::to_string(names.size() - kMostNames) + " more";
  }
  return text;
}

}  // namespace sequent
