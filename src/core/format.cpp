#include "core/format.h"

#include <array>
#include <cstdio>

namespace sequent {

std::string format_metric(std::optional<double> value) {
  return value ? format_fixed(*value, 4) : "-";
}

std::string format_count(std::int64_t value) { return std::to_string(value); }

std::string format_percent(double share) { return format_fixed(100 * share, 1) + " %"; }

std::string format_short(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.3g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string format_fixed(double value, int digits) {
  std::array<char, 400> text{};  // the largest double has 309 digits before the decimal point
  const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace sequent
