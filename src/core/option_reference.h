// Writes the reference of options as Markdown, from their declarations.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/nearest.h"
#include "core/option_traits.h"
#include "core/option_writer.h"

namespace sequent {

/// Describes the values that a field accepts.
template <class T>
std::string allowed_values(const Constraints& rules) {
  if constexpr (IsOptional<T>::value) {
    return allowed_values<typename T::value_type>(rules);
  } else if constexpr (IsTaggedVariant<T>::value) {
    return "object with `type` " + list_alternatives(tag_alternatives<T>());
  } else if constexpr (IsVariant<T>::value) {
    std::string text;
    for_each_alternative<T>([&]<class Alternative>(const Alternative&) {
      text += (text.empty() ? "" : ", or ") + allowed_values<Alternative>(rules);
    });
    return text;
  } else if constexpr (IsVector<T>::value) {
    return "list of: " + allowed_values<typename T::value_type>({});
  } else if constexpr (IsMap<T>::value) {
    using Value = typename T::mapped_type;
    return std::is_same_v<Value, double> ? "object of numbers"
                                         : "object of: " + allowed_values<Value>({});
  } else if constexpr (std::is_same_v<T, Json>) {
    return "any value";
  } else if constexpr (Described<T>) {
    return "object";
  } else if constexpr (std::is_enum_v<T>) {
    return list_alternatives(enum_alternatives<T>());
  } else if constexpr (NamedChoice<T>) {
    return list_alternatives(T::names());
  } else if constexpr (std::is_same_v<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "string";
  } else {
    const std::string kind = std::is_same_v<T, double> ? "number" : "integer";
    return rules.range ? kind + ", " + describe_range(*rules.range) : kind;
  }
}

/// Writes a section for each object of options, beginning with `root`.
class ReferenceWriter {
 public:
  explicit ReferenceWriter(std::string root) : root_(std::move(root)) {}

  template <class T>
  void add_root(const T& owner) {
    add_section(owner, root_);
  }

  const std::string& text() const { return text_; }

 private:
  template <class T>
  void add_section(const T& owner, const std::string& title) {
    if (!titles_.insert(title).second) return;
    std::string rows;
    const auto row = [&]<class U, class... Parts>(std::string_view field, const U& value,
                                                  std::string_view help, Parts... parts) {
      const Constraints rules = collect(parts...);
      const std::string fallback =
          rules.required ? "required" : "`" + write_option(value, /*minimal=*/true).dump() + "`";
      rows += "| `" + std::string(field) + "` | " + allowed_values<U>(rules) + " | " + fallback +
              " | " + std::string(help) + " |\n";
    };
    T::describe(owner, row);
    text_ += "\n## " + title + "\n\n";
    if (rows.empty()) {
      text_ += "No options.\n";
    } else {
      text_ += "| option | allowed | default | meaning |\n|---|---|---|---|\n" + rows;
    }
    const auto descend = [&]<class U, class... Parts>(std::string_view field, const U&,
                                                      std::string_view, Parts...) {
      add_below<U>(title == root_ ? std::string(field) : title + "." + std::string(field));
    };
    T::describe(owner, descend);
  }

  template <class T>
  void add_below(const std::string& title) {
    if constexpr (IsOptional<T>::value || IsVector<T>::value) {
      add_below<typename T::value_type>(title);
    } else if constexpr (IsMap<T>::value) {
      add_below<typename T::mapped_type>(title);
    } else if constexpr (IsVariant<T>::value) {
      for_each_alternative<T>([&]<class Alternative>(const Alternative&) {
        if constexpr (Tagged<Alternative>) {
          add_section(Alternative{}, title + ": " + std::string(Alternative::kType));
        } else {
          add_below<Alternative>(title);
        }
      });
    } else if constexpr (Described<T>) {
      add_section(T{}, title);
    }
  }

  std::string root_;
  std::set<std::string> titles_;
  std::string text_;
};

/// A generated page.
struct ReferencePage {
  std::string title;
  std::string root;     // name of the outermost object
  std::string command;  // that writes the page
  std::string file;
};

/// Returns the page about the options of `T`.
template <class T>
std::string option_reference(const ReferencePage& page) {
  ReferenceWriter writer(page.root);
  writer.add_root(T{});
  return "# " + page.title +
         "\n\nThis page is generated from the option declarations. To update it, run\n\n```sh\n" +
         page.command + " > " + page.file +
         "\n```\n\n"
         "A default of `null` means that the option is not set. If a value is one of several kinds "
         "of objects, its `type` selects the kind; without `type`, the kind of the default is "
         "used. Keys that begin with `_` are comments.\n" +
         writer.text();
}

}  // namespace sequent
