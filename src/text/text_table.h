// Aligned tables for terminals, for labels in any script.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Columns that a terminal gives `text` (UTF-8): two for wide East Asian characters (UAX #11), none
/// for combining marks.
std::size_t display_width(std::string_view text);

/// `text` as one safe line of at most `columns`: control characters (a label may hold a line end or
/// an escape sequence) become U+FFFD, and what is too long ends with an ellipsis.
std::string fit_text(std::string_view text, std::size_t columns);

/// Rows of cells; the first column is set left, the others right.
class TextTable {
 public:
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// One line per row, indented by two columns, columns two apart.
  std::string render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sequent
