// How numbers, strings and flags are formatted in records.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_options.h"

namespace sequent {

/// Six significant digits: for probabilities and shares.
void append_number(std::string& out, double value);
std::string number_text(double value);

/// Enough digits to identify the float: for predicted numbers.
void append_value(std::string& out, double value);

void append_bool(std::string& out, bool value);

/// In quotes, with the escapes that JSON requires.
void append_json_string(std::string& out, std::string_view text);

/// Appends a comma, and the key `prefix` + `name` with its colon.
void append_json_key(std::string& out, std::string_view prefix, std::string_view name);

/// An object of numbers. Shapes: as many names as values.
void append_probabilities(std::string& out, const std::vector<std::string>& names,
                          const std::vector<float>& values);

/// Returns the indices of the greatest probabilities, at most `count`, in descending order.
std::vector<std::size_t> most_probable(const std::vector<float>& probabilities, int count);

/// Appends the cells of one line of a table to a text; the caller appends the line end.
class TableLine {
 public:
  /// `format`: kTsv or kCsv. `out` must outlive this object.
  TableLine(std::string& out, OutputFormat format) : out_(out), format_(format) {}

  /// CSV cells are quoted if needed; in TSV cells, tabs and line ends become spaces.
  void add(std::string_view cell);
  void add_number(double value);
  void add_value(double value);
  void add_bool(bool value);

 private:
  void separate();

  std::string& out_;
  OutputFormat format_;
  bool is_first_ = true;
};

}  // namespace sequent
