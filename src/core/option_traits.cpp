#include "core/option_traits.h"

#include <array>
#include <charconv>
#include <cmath>

namespace sequent {

std::string format_number(double value) {
  constexpr double kExactIntegers = 1e15;
  std::array<char, 32> text{};
  const bool whole = value == std::floor(value) && std::abs(value) < kExactIntegers;
  const auto result =
      whole ? std::to_chars(text.data(), text.data() + text.size(), static_cast<long long>(value))
            : std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

std::string describe_range(const Range& range) {
  const bool bounded_below = std::isfinite(range.low);
  const bool bounded_above = std::isfinite(range.high);
  const std::string low = format_number(range.low);
  const std::string high = format_number(range.high);
  if (bounded_below && bounded_above) {
    if (!range.low_is_open && !range.high_is_open) {
      return range.low == range.high ? "only " + low : low + " to " + high;
    }
    const std::string from = range.low_is_open ? "more than " + low : "at least " + low;
    return from + (range.high_is_open ? ", less than " + high : ", at most " + high);
  }
  if (bounded_below) return (range.low_is_open ? "more than " : "at least ") + low;
  if (bounded_above) return (range.high_is_open ? "less than " : "at most ") + high;
  return "any number";
}

}  // namespace sequent
