// Reads a file as blocks of bytes with line numbers, or as lines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.h"

namespace sequent {

/// The bytes of a file, block by block, without its byte-order mark.
class BlockReader {
 public:
  /// Errors: Data, as open_bytes.
  explicit BlockReader(const std::string& path);

  /// Returns the bytes that have not been consumed yet; empty only at the end. Valid until the next
  /// consume().
  /// Errors: Data with file and line, as ByteSource::read.
  std::string_view rest();
  void consume(std::size_t count);

  /// The line, counted from 1, in which rest() starts.
  std::int64_t line() const { return line_; }
  const std::string& name() const { return name_; }
  /// `file:line`.
  std::string place(std::int64_t line) const { return name_ + ":" + std::to_string(line); }

 private:
  void refill();

  std::string name_;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t line_ = 1;
};

/// The lines of a file without their line endings, LF or CRLF.
class LineReader {
 public:
  LineReader(const std::string& path, std::size_t max_bytes)
      : blocks_(path), max_bytes_(max_bytes) {}

  struct Line {
    std::string text;
    std::int64_t number = 0;
    bool too_long = false;  // `text` is empty

    bool is_blank() const {
      return !too_long && text.find_first_not_of(" \t\r") == std::string::npos;
    }
  };

  /// Reads the next line; returns false at the end. Text after the last line ending is a line only
  /// if it is not empty.
  bool next(Line& line);
  bool at_end() { return blocks_.rest().empty(); }

  const std::string& name() const { return blocks_.name(); }
  std::string place(std::int64_t line) const { return blocks_.place(line); }

 private:
  BlockReader blocks_;
  std::size_t max_bytes_;
};

}  // namespace sequent
