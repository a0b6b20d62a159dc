// The JSON Schema (draft 2020-12) of the config, generated from the option declarations.
#include <cmath>

#include "core/option_writer.h"
#include "sequent/config.h"

namespace sequent {
namespace {

template <class T>
Json schema_of(const T& example, const Constraints& rules);

struct FieldSchemas {
  Json& properties;
  Json& needed;

  template <class T, class... Parts>
  void operator()(std::string_view field, const T& value, std::string_view help, Parts... parts) {
    const Constraints rules = collect(parts...);
    Json schema = schema_of(value, rules);
    schema["description"] = help;
    if (rules.required) {
      needed.push_back(field);
    } else {
      schema["default"] = write_option(value, /*minimal=*/false);
    }
    properties[std::string(field)] = std::move(schema);
  }
};

template <class T>
Json object_schema(const T& example, bool needs_type = true) {
  Json properties = Json::object();
  Json needed = Json::array();
  if constexpr (Tagged<T>) {
    properties["type"] = {{"const", T::kType}};
    if (needs_type) needed.push_back("type");
  }
  FieldSchemas fields{properties, needed};
  T::describe(example, fields);
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!needed.empty()) schema["required"] = std::move(needed);
  schema["patternProperties"] = {{"^_", true}};
  schema["additionalProperties"] = false;
  return schema;
}

Json number_schema(const char* type, const Constraints& rules) {
  Json schema = {{"type", type}};
  if (!rules.range) return schema;
  const Range& range = *rules.range;
  const bool integer = std::string_view(type) == "integer";
  const auto bound = [&](double value) {
    return integer ? Json(static_cast<std::int64_t>(value)) : Json(value);
  };
  if (std::isfinite(range.low)) {
    schema[range.low_is_open ? "exclusiveMinimum" : "minimum"] = bound(range.low);
  }
  if (std::isfinite(range.high)) {
    schema[range.high_is_open ? "exclusiveMaximum" : "maximum"] = bound(range.high);
  }
  return schema;
}

template <class Variant>
Json variant_schema(const Variant& example, const Constraints& rules) {
  Json choices = Json::array();
  for_each_alternative<Variant>([&]<class Alternative>(const Alternative& alternative) {
    if constexpr (Tagged<Alternative>) {
      const bool is_default = !rules.in_list && std::holds_alternative<Alternative>(example);
      choices.push_back(object_schema(alternative, /*needs_type=*/!is_default));
    } else {
      choices.push_back(schema_of(alternative, rules));
    }
  });
  return {{"oneOf", std::move(choices)}};
}

template <class T>
Json schema_of(const T& example, const Constraints& rules) {
  if constexpr (IsOptional<T>::value) {
    Json inner = schema_of(typename T::value_type{}, rules);
    return {{"oneOf", Json::array({std::move(inner), {{"type", "null"}}})}};
  } else if constexpr (IsVariant<T>::value) {
    return variant_schema(example, rules);
  } else if constexpr (IsVector<T>::value) {
    Constraints element;
    element.in_list = true;
    Json schema = {{"type", "array"}, {"items", schema_of(typename T::value_type{}, element)}};
    if (rules.not_empty) schema["minItems"] = 1;
    return schema;
  } else if constexpr (IsMap<T>::value) {
    return {{"type", "object"},
            {"additionalProperties", schema_of(typename T::mapped_type{}, rules)}};
  } else if constexpr (Described<T>) {
    return object_schema(example);
  } else if constexpr (std::is_enum_v<T>) {
    return {{"enum", enum_alternatives<T>()}};
  } else if constexpr (NamedChoice<T>) {
    return {{"enum", T::names()}};
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return number_schema("integer", rules);
  } else if constexpr (std::is_same_v<T, double>) {
    return number_schema("number", rules);
  } else {
    Json schema = {{"type", "string"}};
    if (rules.not_empty) schema["minLength"] = 1;
    return schema;
  }
}

}  // namespace

std::string config_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"title", "Sequent config"}};
  schema.update(object_schema(Config{}));
  return schema.dump(2) + "\n";
}

}  // namespace sequent
