// The JSON values of a file: one per line, or the elements of one array.
#pragma once

#include <string>

#include "data/line_reader.h"

namespace sequent {

/// Reads JSON Lines, or a file with an array, whose first byte is `[`. Blank lines are skipped.
class JsonRows {
 public:
  /// Errors: as open_text.
  JsonRows(const std::string& path, std::size_t max_bytes, const std::string& encoding)
      : lines_(path, max_bytes, encoding), max_bytes_(max_bytes) {}

  /// Reads the text of the next value; returns false at the end. The text has no line breaks
  /// outside strings, and the number is that of its first line.
  /// Errors: Data with file and line if the array does not end, or if its elements are not
  /// separated by commas.
  bool next(LineReader::Line& line);
  bool at_end() { return lines_.at_end(); }

  const std::string& name() const { return lines_.name(); }
  std::string place(std::int64_t line) const { return lines_.place(line); }

 private:
  enum class Form { kUnknown, kLines, kArray, kEnded };

  /// Skips white space and returns the next character, which is not consumed, or 0 at the end.
  char peek();
  void open();
  bool next_element(LineReader::Line& line);
  void take_value(LineReader::Line& line);
  [[noreturn]] void fail(const std::string& message) const;

  LineReader lines_;
  std::size_t max_bytes_;
  Form form_ = Form::kUnknown;
  bool is_first_ = true;
};

}  // namespace sequent
