// Type traits and constraints of option fields, for visitors of `describe`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sequent/describe.h"

namespace sequent {

/// A visitor that accepts any field; used to test whether a type has `describe`.
struct ProbeVisitor {
  template <class T, class... Constraints>
  void operator()(std::string_view, T&, std::string_view, Constraints...) {}
};

template <class T>
concept Described = requires(T& value, ProbeVisitor& probe) {
  T::describe(value, probe);
};

/// A described struct that is one of several alternatives, selected by a `"type"` key.
template <class T>
concept Tagged = Described<T> && requires {
  T::kType;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <class T>
struct IsVariant : std::false_type {};
template <class... Ts>
struct IsVariant<std::variant<Ts...>> : std::true_type {};

template <class T>
struct IsTaggedVariant : std::false_type {};
template <class... Ts>
struct IsTaggedVariant<std::variant<Ts...>> : std::bool_constant<(Tagged<Ts> && ...)> {};

/// The constraints of one field, in any order of declaration.
struct Constraints {
  std::optional<Range> range;
  bool required = false;
  bool not_empty = false;
  bool in_list = false;  // a list element has no default, so it needs a "type"

  void apply(Range value) { range = value; }
  void apply(Required) { required = true; }
  void apply(NotEmpty) { not_empty = true; }
};

template <class... Parts>
Constraints collect(Parts... parts) {
  Constraints result;
  (result.apply(parts), ...);
  return result;
}

/// A word of an open set, which is known at run time: see Task.
template <class T>
concept NamedChoice = requires(const T& value) {
  T::names();
  value.name();
};

template <class Enum>
std::vector<std::string> enum_alternatives() {
  const auto& values = EnumNames<Enum>::values;
  return {values.begin(), values.end()};
}

/// Calls `action` with a default value of each alternative, in order.
template <class Variant, class Action>
void for_each_alternative(Action action) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (action(std::variant_alternative_t<I, Variant>{}), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
}

template <class Variant>
std::vector<std::string> tag_alternatives() {
  std::vector<std::string> tags;
  for_each_alternative<Variant>([&]<class T>(const T&) { tags.emplace_back(T::kType); });
  return tags;
}

/// `0 to 1`, `more than 0`, `at least 0`, ... for messages and the option reference.
std::string describe_range(const Range& range);

/// The shortest text that represents the number: `0.001`, `65536`, `1e-08`.
std::string format_number(double value);

}  // namespace sequent
