// How numbers, strings and flags are written into records.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_options.h"

namespace sequent {

/// Six significant digits: of probabilities and shares.
void append_number(std::string& out, double value);
std::string number_text(double value);

/// As many digits as tell this float from its neighbours: of predicted numbers.
void append_value(std::string& out, float value);

void append_bool(std::string& out, bool value);

/// In quotes; escapes what JSON asks for.
void append_json_string(std::string& out, std::string_view text);

/// A comma, and the key `prefix` + `name` with its colon.
void append_json_key(std::string& out, std::string_view prefix, std::string_view name);

/// An object of numbers. Shapes: as many names as values.
void append_probabilities(std::string& out, const std::vector<std::string>& names,
                          const std::vector<float>& values);

/// The indices of the greatest probabilities, at most `count`, the greatest first.
std::vector<std::size_t> most_probable(const std::vector<float>& probabilities, int count);

/// Appends the cells of one line of a table to a text; the line's end is the caller's.
class TableLine {
 public:
  /// `format`: kTsv or kCsv. `out` outlives this.
  TableLine(std::string& out, OutputFormat format) : out_(out), format_(format) {}

  /// In CSV quoted where needed; in TSV tabs and line ends become spaces.
  void add(std::string_view cell);
  void add_number(double value);
  void add_value(float value);
  void add_bool(bool value);

 private:
  void separate();

  std::string& out_;
  OutputFormat format_;
  bool is_first_ = true;
};

}  // namespace sequent
