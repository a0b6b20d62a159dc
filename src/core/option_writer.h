// Converts spec structs to JSON, either completely or only the values that differ from the
// defaults.
#pragma once

#include <string>
#include <string_view>

#include "core/option_traits.h"
#include "core/strict_json.h"

namespace sequent {

template <class T>
Json write_option(const T& value, bool minimal);

/// Writes the fields of a struct, comparing them with the defaults.
template <class Owner>
struct FieldWriter {
  Json& json;
  bool minimal;

  template <class T, class... Parts>
  void operator()(std::string_view field, const T& value, std::string_view, Parts... parts) {
    if (minimal && !collect(parts...).required && value == default_of<T>(field)) return;
    json[std::string(field)] = write_option(value, minimal);
  }

 private:
  /// Returns the value of the field named `field` in a default Owner.
  template <class T>
  static T default_of(std::string_view field) {
    T result{};
    const Owner owner{};
    auto pick = [&]<class U, class... Parts>(std::string_view name, const U& value,
                                             std::string_view, Parts...) {
      if constexpr (std::is_same_v<T, U>) {
        if (name == field) result = value;
      }
    };
    Owner::describe(owner, pick);
    return result;
  }
};

template <class T>
Json write_option(const T& value, bool minimal) {
  if constexpr (IsOptional<T>::value) {
    return value ? write_option(*value, minimal) : Json(nullptr);
  } else if constexpr (IsVariant<T>::value) {
    return std::visit([&](const auto& alternative) { return write_option(alternative, minimal); },
                      value);
  } else if constexpr (IsVector<T>::value) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(write_option(item, minimal));
    return list;
  } else if constexpr (IsMap<T>::value) {
    Json object = Json::object();
    for (const auto& [key, item] : value) object[key] = write_option(item, minimal);
    return object;
  } else if constexpr (Described<T>) {
    Json object = Json::object();
    if constexpr (Tagged<T>) object["type"] = T::kType;
    FieldWriter<T> fields{object, minimal};
    T::describe(value, fields);
    return object;
  } else if constexpr (std::is_enum_v<T>) {
    return enum_name(value);
  } else if constexpr (NamedChoice<T>) {
    return value.name();
  } else {
    return value;
  }
}

}  // namespace sequent
