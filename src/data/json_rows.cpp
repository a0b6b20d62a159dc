#include "data/json_rows.h"

#include <algorithm>
#include <string_view>

#include "sequent/error.h"
#include "text/ascii.h"

namespace sequent {
namespace {

/// Finds the end of a JSON value whose text arrives in parts.
class ValueScanner {
 public:
  /// Returns the number of bytes that belong to the value; `ended()` tells whether it ends there.
  std::size_t scan(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (in_string_) {
        step_in_string(text[i]);
        continue;
      }
      const char c = text[i];
      const bool closes = c == '}' || c == ']';
      if (depth_ == 0 && (c == ',' || closes)) return end(i);
      if (c == '"') in_string_ = true;
      if (c == '{' || c == '[') ++depth_;
      if (closes && --depth_ == 0) return end(i + 1);
    }
    return text.size();
  }

  bool ended() const { return ended_; }

 private:
  std::size_t end(std::size_t at) {
    ended_ = true;
    return at;
  }

  void step_in_string(char c) {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (c == '\\') {
      is_escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
  }

  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool is_escaped_ = false;
  bool ended_ = false;
};

}  // namespace

bool JsonRows::next(LineReader::Line& line) {
  if (form_ == Form::kUnknown) open();
  if (form_ == Form::kEnded) return false;
  if (form_ == Form::kArray) return next_element(line);
  do {
    if (!lines_.next(line)) return false;
  } while (line.is_blank());
  return true;
}

char JsonRows::peek() {
  BlockReader& blocks = lines_.blocks();
  while (true) {
    const std::string_view rest = blocks.rest();
    if (rest.empty()) return '\0';
    const auto found = std::find_if_not(rest.begin(), rest.end(), is_ascii_space);
    blocks.consume(static_cast<std::size_t>(found - rest.begin()));
    if (found != rest.end()) return *found;
  }
}

void JsonRows::open() {
  form_ = Form::kLines;
  if (peek() != '[') return;
  form_ = Form::kArray;
  lines_.blocks().consume(1);
}

bool JsonRows::next_element(LineReader::Line& line) {
  BlockReader& blocks = lines_.blocks();
  char next = peek();
  if (next == ',' && !is_first_) {
    blocks.consume(1);
    next = peek();
    if (next == ']') fail("found a comma before the end of the array; remove it");
  } else if (next == ']') {
    blocks.consume(1);
    form_ = Form::kEnded;
    if (peek() != '\0') fail("found text after the end of the array; expected one array per file");
    return false;
  } else if (!is_first_ && next != '\0') {
    fail("found no comma after an element of the array");
  }
  if (next == '\0') fail("the array does not end; is the file complete?");
  if (next == ',') fail("found a comma without a value before it; remove it");
  is_first_ = false;
  take_value(line);
  return true;
}

void JsonRows::take_value(LineReader::Line& line) {
  BlockReader& blocks = lines_.blocks();
  line.text.clear();
  line.number = blocks.line();
  line.too_long = false;
  line.source = &blocks;
  for (ValueScanner scanner; !scanner.ended();) {
    const std::string_view rest = blocks.rest();
    if (rest.empty()) fail("the array does not end; is the file complete?");
    const std::size_t used = scanner.scan(rest);
    if (!line.too_long && used > max_bytes_ - line.text.size()) {
      line.too_long = true;
      line.text = std::string();
    }
    // Line breaks are only allowed outside strings.
    for (const char c : rest.substr(0, line.too_long ? 0 : used)) {
      line.text += c == '\n' || c == '\r' ? ' ' : c;
    }
    blocks.consume(used);
  }
}

void JsonRows::fail(const std::string& message) const {
  throw Error(ErrorKind::kData, lines_.place(lines_.blocks().line()), message);
}

}  // namespace sequent
