// Offsets in a text, counted in Unicode code points like the indices of Python strings.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sequent {

/// The code point offsets of a text, which must be valid UTF-8.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {
    for (std::size_t byte = 0; byte < text.size(); ++byte) {
      constexpr unsigned char kMask = 0xC0;
      constexpr unsigned char kContinuation = 0x80;
      if ((static_cast<unsigned char>(text[byte]) & kMask) != kContinuation)
        begins_.push_back(byte);
    }
    begins_.push_back(text.size());
  }

  std::int64_t count() const { return static_cast<std::int64_t>(begins_.size()) - 1; }

  /// Returns the number of code points before `byte`, which starts a code point or is the text's
  /// size.
  std::int64_t before(std::size_t byte) const {
    return std::lower_bound(begins_.begin(), begins_.end(), byte) - begins_.begin();
  }

  /// Returns the code points [begin, end).
  std::string_view part(std::int64_t begin, std::int64_t end) const {
    const std::size_t from = begins_[static_cast<std::size_t>(begin)];
    return text_.substr(from, begins_[static_cast<std::size_t>(end)] - from);
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> begins_;
};

}  // namespace sequent
