#include "core/shortened.h"

#include <algorithm>

namespace sequent {
namespace {

constexpr std::string_view kDots = "...";

/// Returns whether a UTF-8 character continues at this byte.
bool is_inside(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

std::size_t boundary_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestCharacter = 4;
  for (std::size_t back = 0; back < std::min(at, kLongestCharacter); ++back) {
    if (!is_inside(text, at - back)) return at - back;
  }
  return at;  // not UTF-8
}

}  // namespace

std::string shortened(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  return std::string(text.substr(0, boundary_before(text, max_bytes))).append(kDots);
}

std::string bounded_message(std::string message) {
  constexpr std::size_t kLong = 400;
  constexpr std::size_t kLongestQuote = 100;
  constexpr std::size_t kLongest = 1200;
  constexpr std::size_t kEnd = 400;
  if (message.size() <= kLong) return message;
  std::string text;
  std::string_view rest = message;
  while (!rest.empty()) {
    const std::size_t open = rest.find('"');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('"', open + 1);
    if (close == std::string_view::npos) break;
    text += rest.substr(0, open + 1);
    text += shortened(rest.substr(open + 1, close - open - 1), kLongestQuote);
    text += '"';
    rest.remove_prefix(close + 1);
  }
  text += rest;
  if (text.size() <= kLongest) return text;
  std::size_t end = text.size() - kEnd;
  while (is_inside(text, end)) ++end;
  return shortened(text, kLongest - kEnd) + " " + text.substr(end);
}

}  // namespace sequent
