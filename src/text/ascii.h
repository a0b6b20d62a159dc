// Questions about single bytes that are the same in every encoding of interest.
#pragma once

#include <cstddef>
#include <string_view>

namespace sequent {

constexpr bool is_ascii(char byte) { return (static_cast<unsigned char>(byte) & 0x80) == 0; }

/// The ASCII characters with the property White_Space.
constexpr bool is_ascii_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

constexpr char ascii_lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// Number of bytes before the first that is not ASCII.
std::size_t ascii_prefix(std::string_view text);

}  // namespace sequent
