// Reads numbers and strings from a binary file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/line_reader.h"

namespace sequent {

/// The bytes of a file, which may be compressed, in order. Errors: as BlockReader.
class BinaryBlocks {
 public:
  explicit BinaryBlocks(const std::string& path) : blocks_(path, BlockReader::kNoEncoding) {}

  /// The next bytes, at least one unless the file ends.
  std::string_view rest() { return blocks_.rest(); }

  /// Fills `to`. Returns false if the file ends before.
  bool take(std::span<std::byte> to) {
    while (!to.empty()) {
      const std::string_view rest = blocks_.rest();
      if (rest.empty()) return false;
      const std::size_t part = std::min(rest.size(), to.size());
      std::memcpy(to.data(), rest.data(), part);
      blocks_.consume(part);
      to = to.subspan(part);
    }
    return true;
  }

  /// Returns the text before the next `mark`, which is consumed as well; nothing if the file ends
  /// before, or the text is longer than `most` bytes.
  std::optional<std::string> take_until(char mark, std::size_t most) {
    std::string text;
    for (;;) {
      const std::string_view rest = blocks_.rest();
      if (rest.empty() || text.size() > most) return std::nullopt;
      const std::size_t end = rest.find(mark);
      text += rest.substr(0, end);
      blocks_.consume(end == std::string_view::npos ? rest.size() : end + 1);
      if (end != std::string_view::npos) return text;
    }
  }

  /// Returns false if the file ends before.
  bool skip(std::uint64_t bytes) {
    while (bytes > 0) {
      const std::size_t size = blocks_.rest().size();
      if (size == 0) return false;
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes));
      blocks_.consume(part);
      bytes -= part;
    }
    return true;
  }

 private:
  BlockReader blocks_;
};

}  // namespace sequent
