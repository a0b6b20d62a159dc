#include "text/text_table.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>

namespace sequent {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;
constexpr UChar32 kEllipsis = 0x2026;

/// Calls `visit(code_point)` for each code point. Invalid UTF-8 is visited as U+FFFD.
template <class Visit>
void visit_code_points(std::string_view text, const Visit& visit) {
  const icu::UnicodeString characters =
      icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
  for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    visit(characters.char32At(i));
  }
}

std::size_t columns_of(UChar32 code_point) {
  const auto kind = u_charType(code_point);
  if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR) return 0;
  const auto width = u_getIntPropertyValue(code_point, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

/// Returns whether a character controls the terminal instead of being displayed: a control
/// character, or one that changes the text direction.
bool acts_on_terminal(UChar32 code_point) {
  const auto kind = u_charType(code_point);
  return kind == U_CONTROL_CHAR || kind == U_LINE_SEPARATOR || kind == U_PARAGRAPH_SEPARATOR ||
         (code_point >= 0x202A && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  visit_code_points(text, [&](UChar32 code_point) { width += columns_of(code_point); });
  return width;
}

std::string fit_text(std::string_view text, std::size_t columns) {
  icu::UnicodeString whole;
  icu::UnicodeString start;  // the longest prefix that leaves room for an ellipsis
  std::size_t width = 0;
  visit_code_points(text, [&](UChar32 code_point) {
    const UChar32 shown = acts_on_terminal(code_point) ? kReplacement : code_point;
    whole.append(shown);
    width += columns_of(shown);
    if (width + 1 <= columns) start = whole;
  });
  std::string result;
  (width <= columns ? whole : start.append(kEllipsis)).toUTF8String(result);
  return result;
}

std::string quoted_name(std::string_view name) {
  constexpr std::size_t kColumns = 40;
  return '"' + fit_text(name, kColumns) + '"';
}

std::string list_some(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + quoted_name(names[i]);
  }
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

std::string TextTable::render() const {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string result;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - display_width(row[i]), ' ');
      line += "  ";
      line += i == 0 ? row[i] + padding : padding + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + '\n';
  }
  return result;
}

}  // namespace sequent
