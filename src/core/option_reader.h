// Converts JSON to spec structs. All errors are collected, each with its JSON pointer; nothing
// invalid is silently accepted.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/nearest.h"
#include "core/option_traits.h"
#include "core/other_names.h"
#include "core/strict_json.h"
#include "sequent/error.h"

namespace sequent {

/// Formats a value for a message: short, on one line.
std::string show_json(const Json& value);

class OptionReader {
 public:
  OptionReader(std::string name, std::vector<Issue>& issues)
      : name_(std::move(name)), issues_(issues) {}

  template <class T>
  void read(const Json& json, const std::string& pointer, T& value, const Constraints& rules = {}) {
    if constexpr (std::is_same_v<T, Json>) {
      value = json;  // any value; its owner checks it
    } else if constexpr (IsOptional<T>::value) {
      if (json.is_null()) {
        value.reset();
      } else {
        read(json, pointer, value.emplace(), rules);
      }
    } else if constexpr (IsVariant<T>::value) {
      read_variant(json, pointer, value, rules);
    } else if constexpr (IsVector<T>::value) {
      read_list(json, pointer, value, rules);
    } else if constexpr (IsMap<T>::value) {
      read_map(json, pointer, value, rules);
    } else if constexpr (Described<T>) {
      read_object(json, pointer, value);
    } else if constexpr (std::is_enum_v<T>) {
      if (const auto word = read_word(json, pointer, enum_alternatives<T>())) {
        value = static_cast<T>(*word);
      }
    } else if constexpr (NamedChoice<T>) {
      const std::vector<std::string> names = T::names();
      if (const auto word = read_word(json, pointer, names)) value = T(names[*word]);
    } else {
      read_scalar(json, pointer, value, rules);
    }
  }

  void fault(const std::string& pointer, std::string message) {
    issues_.push_back({name_ + ": " + (pointer.empty() ? "/" : pointer), std::move(message)});
  }

 private:
  /// Reads the fields of a struct and records their names.
  struct Fields {
    OptionReader& reader;
    const Json& json;
    const std::string& pointer;
    std::vector<std::string> names;

    template <class T, class... Parts>
    void operator()(std::string_view field, T& value, std::string_view help, Parts... parts) {
      const Constraints rules = collect(parts...);
      names.emplace_back(field);
      const auto found = json.find(field);
      const std::string place = pointer_append(pointer, field);
      if (found != json.end()) {
        reader.read(*found, place, value, rules);
      } else if (rules.required) {
        reader.fault(place, "missing; this option is required: " + std::string(help));
      }
    }
  };

  void expected(const std::string& pointer, const Json& found, const std::string& allowed) {
    fault(pointer, "found " + show_json(found) + "; expected " + allowed);
  }

  template <class T>
  void read_object(const Json& json, const std::string& pointer, T& value) {
    if (!json.is_object()) return expected(pointer, json, kind_of(value));
    Fields fields{*this, json, pointer, {}};
    if constexpr (Tagged<T>) fields.names.emplace_back("type");
    T::describe(value, fields);
    for (const auto& item : json.items()) {
      const std::string& key = item.key();
      const bool known =
          std::find(fields.names.begin(), fields.names.end(), key) != fields.names.end();
      if (known || key.starts_with("_")) continue;
      std::string message = "unknown key" + suggest_name(key, fields.names);
      message += fields.names.empty() ? "; this object has no options"
                                      : "; expected " + listed(fields.names);
      fault(pointer_append(pointer, key), message);
    }
  }

  template <class T>
  void read_variant(const Json& json, const std::string& pointer, T& value,
                    const Constraints& rules) {
    if constexpr (IsTaggedVariant<T>::value) {
      read_tagged(json, pointer, value, rules);
    } else {
      bool taken = false;
      std::vector<std::string> kinds;
      for_each_alternative<T>([&]<class Alternative>(Alternative alternative) {
        kinds.push_back(kind_of(alternative));
        if (taken || !could_be(json, alternative)) return;
        taken = true;
        read(json, pointer, alternative, rules);
        value = std::move(alternative);
      });
      if (!taken) expected(pointer, json, list_alternatives(kinds, /*quoted=*/false));
    }
  }

  template <class T>
  void read_tagged(const Json& json, const std::string& pointer, T& value,
                   const Constraints& rules) {
    const std::vector<std::string> tags = tag_alternatives<T>();
    const std::string choices = list_alternatives(tags);
    if (!json.is_object()) {
      std::string allowed = "an object with \"type\": " + choices;
      if (json.is_string()) {
        const std::string nearest = nearest_name(json.get_ref<const std::string&>(), tags);
        if (!nearest.empty()) allowed = "an object: write {\"type\": \"" + nearest + "\"}";
      }
      return expected(pointer, json, allowed);
    }
    const auto type = json.find("type");
    const std::string place = pointer_append(pointer, "type");
    if (type == json.end()) {
      if (rules.in_list) return fault(place, "missing; expected " + choices);
      // Without a type, the options apply to the default alternative.
      return std::visit([&](auto& alternative) { read_object(json, pointer, alternative); }, value);
    }
    if (!type->is_string()) return expected(place, *type, choices);
    const auto& tag = type->template get_ref<const std::string&>();
    bool taken = false;
    for_each_alternative<T>([&]<class Alternative>(Alternative alternative) {
      if (tag != Alternative::kType) return;
      taken = true;
      read_object(json, pointer, alternative);
      value = std::move(alternative);
    });
    if (!taken) {
      fault(place, "found \"" + tag + "\"" + suggest_name(tag, tags) + "; expected " + choices);
    }
  }

  template <class T>
  void read_list(const Json& json, const std::string& pointer, std::vector<T>& value,
                 const Constraints& rules) {
    if (!json.is_array()) return expected(pointer, json, "a list [ ... ]");
    if (rules.not_empty && json.empty())
      return fault(pointer, "found an empty list; expected at least one element");
    value.assign(json.size(), T{});
    Constraints element;
    element.in_list = true;
    for (std::size_t i = 0; i < json.size(); ++i) {
      read(json[i], pointer_append(pointer, std::to_string(i)), value[i], element);
    }
  }

  template <class T>
  void read_map(const Json& json, const std::string& pointer, std::map<std::string, T>& value,
                const Constraints& rules) {
    if (!json.is_object()) return expected(pointer, json, "an object { ... }");
    value.clear();
    for (const auto& item : json.items()) {
      read(item.value(), pointer_append(pointer, item.key()), value[item.key()], rules);
    }
  }

  /// The index of the word; nothing, and an error, if it is none of them.
  std::optional<std::size_t> read_word(const Json& json, const std::string& pointer,
                                       const std::vector<std::string>& words) {
    if (!json.is_string()) {
      expected(pointer, json, list_alternatives(words));
      return std::nullopt;
    }
    const auto& word = json.get_ref<const std::string&>();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    fault(pointer, "found \"" + word + "\"" + suggest_name(word, words) + "; expected " +
                       list_alternatives(words));
    return std::nullopt;
  }

  void read_scalar(const Json& json, const std::string& pointer, bool& value, const Constraints&);
  void read_scalar(const Json& json, const std::string& pointer, std::int64_t& value,
                   const Constraints& rules);
  void read_scalar(const Json& json, const std::string& pointer, double& value,
                   const Constraints& rules);
  void read_scalar(const Json& json, const std::string& pointer, std::string& value,
                   const Constraints& rules);

  /// Records the names of a struct's fields.
  struct FieldNames {
    std::vector<std::string> names;
    template <class T, class... Parts>
    void operator()(std::string_view field, T&, std::string_view, Parts...) {
      names.push_back("\"" + std::string(field) + "\"");
    }
  };

  template <class T>
  static std::string kind_of(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      return "a string";
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      return "an integer";
    } else if constexpr (std::is_enum_v<T>) {
      return list_alternatives(enum_alternatives<T>());
    } else if constexpr (IsVector<T>::value) {
      return "a list [ ... ]";
    } else if constexpr (Described<T>) {
      FieldNames fields;
      T copy = value;
      T::describe(copy, fields);
      return fields.names.empty() ? "an empty object {}" : "an object with " + listed(fields.names);
    } else {
      static_assert(IsMap<T>::value);
      return "an object { ... }";
    }
  }

  template <class T>
  static bool could_be(const Json& json, const T&) {
    if constexpr (std::is_same_v<T, std::string> || std::is_enum_v<T>) {
      return json.is_string();
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      return json.is_number();
    } else if constexpr (IsVector<T>::value) {
      return json.is_array();
    } else {
      return json.is_object();
    }
  }

  static std::string listed(const std::vector<std::string>& names);

  std::string name_;
  std::vector<Issue>& issues_;
};

}  // namespace sequent
