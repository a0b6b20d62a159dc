// Declaration of options. Each option is declared once, in the `describe` function of its struct,
// with its name, help and range. The parser, the writer, the JSON Schema and the option reference
// are visitors of `describe`.
//
//   struct DropoutSpec {
//     static constexpr std::string_view kType = "dropout";
//     double rate = 0.5;
//     template <class Self, class Visitor>
//     static void describe(Self& self, Visitor& visit) {
//       visit("rate", self.rate, "Fraction of values set to 0.", between(0, 1).open_above());
//     }
//   };
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace sequent {

/// The range of numbers that a field accepts.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_is_open = false;   // low itself is not allowed
  bool high_is_open = false;  // high itself is not allowed

  constexpr Range open_below() const { return {low, high, true, high_is_open}; }
  constexpr Range open_above() const { return {low, high, low_is_open, true}; }
  constexpr bool contains(double value) const {
    return (low_is_open ? value > low : value >= low) &&
           (high_is_open ? value < high : value <= high);
  }
};

constexpr Range between(double low, double high) { return {low, high, false, false}; }
constexpr Range at_least(double low) {
  return {low, std::numeric_limits<double>::infinity(), false, false};
}
constexpr Range above(double low) {
  return {low, std::numeric_limits<double>::infinity(), true, false};
}

/// The field has no default: a config without it is rejected.
struct Required {};
inline constexpr Required required{};

/// The text or list must not be empty.
struct NotEmpty {};
inline constexpr NotEmpty not_empty{};

/// Specialized for each enum that is written as a string: `values[i]` is the name of enumerator i.
template <class Enum>
struct EnumNames;

template <class Enum>
constexpr std::string_view enum_name(Enum value) {
  return EnumNames<Enum>::values[static_cast<std::size_t>(value)];
}

}  // namespace sequent
