// Byte predicates that hold for ASCII and for every encoding that extends it.
#pragma once

#include <cstddef>
#include <string_view>

namespace sequent {

constexpr bool is_ascii(char byte) { return (static_cast<unsigned char>(byte) & 0x80) == 0; }

/// True for the ASCII characters with the Unicode property White_Space.
constexpr bool is_ascii_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

constexpr char ascii_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// Returns the number of bytes before the first non-ASCII byte.
std::size_t ascii_prefix(std::string_view text);

}  // namespace sequent
