// Text of the samples that are tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sample/random.h"

namespace sequent::sample {

template <std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& words, SplitMix64& random) {
  return words[static_cast<std::size_t>(random.below(N))];
}

/// Returns a CSV cell in quotes.
inline std::string quoted(const std::string& field) {
  std::string result = "\"";
  for (const char c : field) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

inline std::string two_digits(std::uint64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace sequent::sample
