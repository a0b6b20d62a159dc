// Reads a file as blocks of bytes with line numbers, or as lines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/encodings.h"
#include "data/byte_source.h"

namespace sequent {

/// The text of a file as UTF-8, block by block.
class BlockReader {
 public:
  /// With kNoEncoding, the file's bytes are not changed. Errors: as open_text.
  explicit BlockReader(const std::string& path, std::string encoding = std::string(kUtf8));
  static constexpr const char* kNoEncoding = "";

  /// Returns the bytes that have not been consumed yet; empty only at the end. Valid until the next
  /// consume().
  /// Errors: Data with file and line, as ByteSource::read.
  std::string_view rest();
  void consume(std::size_t count);

  /// The line, counted from 1, in which rest() starts.
  std::int64_t line() const { return line_; }
  const std::string& name() const { return name_; }
  const std::string& encoding() const { return encoding_; }
  /// Returns the probable encoding of a file that is not UTF-8, as likely_encoding, judged by the
  /// bytes around the current position when it is first called.
  const std::string& likely_encoding();
  /// `file:line`.
  std::string place(std::int64_t line) const { return name_ + ":" + std::to_string(line); }

 private:
  void refill();

  std::string name_;
  std::string encoding_;
  std::optional<std::string> likely_encoding_;
  std::unique_ptr<ByteSource> source_;
  std::vector<char> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::int64_t line_ = 1;
};

/// The lines of a file without their line endings: LF, CRLF, or CRs before an LF; CR in a file
/// without LFs.
class LineReader {
 public:
  LineReader(const std::string& path, std::size_t max_bytes,
             std::string encoding = std::string(kUtf8))
      : blocks_(path, std::move(encoding)), max_bytes_(max_bytes) {}

  struct Line {
    std::string text;
    std::int64_t number = 0;
    bool too_long = false;  // `text` is empty
    BlockReader* source = nullptr;

    bool is_blank() const {
      return !too_long && text.find_first_not_of(" \t\r") == std::string::npos;
    }
  };

  /// Reads the next line; returns false at the end. Text after the last line ending is a line only
  /// if it is not empty.
  bool next(Line& line);
  bool at_end() { return blocks_.rest().empty(); }

  /// The text that has not been read yet.
  BlockReader& blocks() { return blocks_; }
  const BlockReader& blocks() const { return blocks_; }

  const std::string& name() const { return blocks_.name(); }
  std::string place(std::int64_t line) const { return blocks_.place(line); }

 private:
  BlockReader blocks_;
  std::size_t max_bytes_;
};

}  // namespace sequent
