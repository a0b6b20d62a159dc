// The option reference as Markdown, generated from the option declarations.
#include <set>

#include "core/nearest.h"
#include "core/option_writer.h"
#include "sequent/config.h"

namespace sequent {
namespace {

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
    return "object of numbers";
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

class ReferenceWriter {
 public:
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
      add_below<U>(title == "config" ? std::string(field) : title + "." + std::string(field));
    };
    T::describe(owner, descend);
  }

  const std::string& text() const { return text_; }

 private:
  template <class T>
  void add_below(const std::string& title) {
    if constexpr (IsOptional<T>::value || IsVector<T>::value) {
      add_below<typename T::value_type>(title);
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

  std::set<std::string> titles_;
  std::string text_;
};

}  // namespace

std::string config_reference() {
  ReferenceWriter writer;
  writer.add_section(Config{}, "config");
  return "# Config reference\n\n"
         "This page is generated from the option declarations. To update it, run\n\n"
         "```sh\n"
         "sequent config reference > docs/reference/config.md\n"
         "```\n\n"
         "A default of `null` means that the option is not set. If a value is one of several kinds "
         "of objects, its `type` selects the kind; without `type`, the kind of the default is "
         "used. Keys that begin with `_` are comments.\n" +
         writer.text();
}

}  // namespace sequent
