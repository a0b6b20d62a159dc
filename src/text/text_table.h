// Aligned tables for terminals, with labels in any script.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Returns the number of terminal columns that `text` (UTF-8) occupies: two for wide East Asian
/// characters (UAX #11), none for combining marks.
std::size_t display_width(std::string_view text);

/// Returns `text` as one safe line of at most `columns` columns. Control characters become U+FFFD,
/// because a label may contain a line end or an escape sequence. A text that is too long ends with
/// an ellipsis.
std::string fit_text(std::string_view text, std::size_t columns);

/// Returns a name in quotes, as one line of at most 40 columns, for a message.
std::string quoted_name(std::string_view name);

/// Returns `"a", "b" and 12 more`: the first names in quotes, for a message of bounded length.
std::string list_some(const std::vector<std::string>& names);

/// A table of cells. The first column is left-aligned, the others are right-aligned.
class TextTable {
 public:
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// Renders one line per row, indented by two columns, with two columns between cells.
  std::string render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sequent
