#include <cstdint>
#include <cstring>

#include "sequent/text.h"
#include "text/ascii.h"

namespace sequent {
namespace {

/// What may follow a lead byte (Unicode 15, table 3-7): the second byte is in [low, high], and
/// every further byte is in [0x80, 0xBF].
struct Sequence {
  std::size_t length = 0;  // 0: no sequence starts with this byte
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Sequence sequence_of(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {2};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
  if (lead == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (lead >= 0xE1 && lead <= 0xEF) return {3};
  if (lead == 0xF0) return {4, 0x90, 0xBF};  // no overlong forms
  if (lead >= 0xF1 && lead <= 0xF3) return {4};
  if (lead == 0xF4) return {4, 0x80, 0x8F};  // nothing past U+10FFFF
  return {};
}

bool is_well_formed(std::string_view rest, const Sequence& sequence) {
  if (sequence.length == 0 || sequence.length > rest.size()) return false;
  const auto second = static_cast<unsigned char>(rest[1]);
  if (second < sequence.low || second > sequence.high) return false;
  for (std::size_t i = 2; i < sequence.length; ++i) {
    if ((static_cast<unsigned char>(rest[i]) & 0xC0) != 0x80) return false;
  }
  return true;
}

}  // namespace

std::size_t ascii_prefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  for (; at + sizeof(kHighBits) <= text.size(); at += sizeof(kHighBits)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && is_ascii(text[at])) ++at;
  return at;
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    if (at < text.size() && is_ascii(text[at])) at += ascii_prefix(text.substr(at));
    if (at == text.size()) return std::nullopt;
    const Sequence sequence = sequence_of(static_cast<unsigned char>(text[at]));
    if (!is_well_formed(text.substr(at), sequence)) return at;
    at += sequence.length;
  }
}

}  // namespace sequent
