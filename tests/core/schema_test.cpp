// The JSON Schema accepts what the parser accepts, as far as a schema can express it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/overrides.h"
#include "sequent/config.h"
#include "support.h"

namespace sequent {
namespace {

using nlohmann::json;

bool has_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  ADD_FAILURE() << "unknown type " << type;
  return false;
}

bool within_bounds(const json& value, const json& schema) {
  if (!value.is_number()) return true;
  const auto number = value.get<double>();
  return !(schema.contains("minimum") && number < schema["minimum"].get<double>()) &&
         !(schema.contains("maximum") && number > schema["maximum"].get<double>()) &&
         !(schema.contains("exclusiveMinimum") &&
           number <= schema["exclusiveMinimum"].get<double>()) &&
         !(schema.contains("exclusiveMaximum") &&
           number >= schema["exclusiveMaximum"].get<double>());
}

bool valid(const json& value, const json& schema);

bool valid_object(const json& value, const json& schema) {
  for (const auto& name : schema.value("required", json::array())) {
    if (!value.contains(name.get<std::string>())) return false;
  }
  const json properties = schema.value("properties", json::object());
  const json others = schema.value("additionalProperties", json(true));
  for (const auto& item : value.items()) {
    if (properties.contains(item.key())) {
      if (!valid(item.value(), properties[item.key()])) return false;
    } else if (schema.contains("patternProperties") && item.key().starts_with("_")) {
      continue;
    } else if (!valid(item.value(), others)) {
      return false;
    }
  }
  return true;
}

/// Checks `value` against the keywords of draft 2020-12 that config_schema() uses.
bool valid(const json& value, const json& schema) {
  if (schema.is_boolean()) return schema.get<bool>();
  if (schema.contains("type") && !has_type(value, schema["type"])) return false;
  if (schema.contains("const") && value != schema["const"]) return false;
  if (schema.contains("enum")) {
    const json& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) return false;
  }
  if (schema.contains("oneOf")) {
    int matches = 0;
    for (const json& choice : schema["oneOf"]) matches += valid(value, choice) ? 1 : 0;
    if (matches != 1) return false;
  }
  if (!within_bounds(value, schema)) return false;
  if (value.is_object() && !valid_object(value, schema)) return false;
  if (value.is_array() && schema.contains("items")) {
    if (value.size() < schema.value("minItems", 0U)) return false;
    for (const json& element : value) {
      if (!valid(element, schema["items"])) return false;
    }
  }
  return !(value.is_string() && value.get<std::string>().size() < schema.value("minLength", 0U));
}

TEST(Schema, AcceptsEveryShippedConfig) {
  const json schema = json::parse(config_schema());
  int count = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(SEQUENT_SOURCE_DIR "/configs")) {
    if (entry.path().extension() != ".json") continue;
    const json config = json::parse(testing::slurp(entry.path()));
    EXPECT_TRUE(valid(config, schema)) << entry.path();
    EXPECT_TRUE(valid(json::parse(dump_config(load_config(entry.path()))), schema))
        << "the complete dump of " << entry.path();
    ++count;
  }
  EXPECT_GE(count, 40);
}

TEST(Schema, AgreesWithTheParser) {
  const json schema = json::parse(config_schema());
  const std::string file = SEQUENT_SOURCE_DIR "/configs/sample-sentiment.json";
  const std::vector<Override> changes = {{"training.epochs", "3"},
                                         {"training.epochs", "0"},
                                         {"training.epochs", "1.5"},
                                         {"training.epocs", "3"},
                                         {"training._note", "[1]"},
                                         {"training.optimizer", R"({"learning_rate": 0.5})"},
                                         {"training.optimizer", R"({"type": "sgd"})"},
                                         {"training.optimizer", R"({"type": "sgdd"})"},
                                         {"training.optimizer", R"({"type": "sgd", "rho": 1})"},
                                         {"training.class_weights", "balanced"},
                                         {"training.class_weights", R"({"a": 1})"},
                                         {"training.class_weights", R"({"a": "b"})"},
                                         {"training.ema", "null"},
                                         {"training.clip_norm", "0"},
                                         {"data.validation", "dev.tsv"},
                                         {"data.validation", "7"},
                                         {"data.format", R"({"type": "csv", "text": 0})"},
                                         {"data.format", R"({"type": "csv", "text": true})"},
                                         {"model.layers.0", R"({"rate": 0.1})"},
                                         {"model.layers", "[]"},
                                         {"name", "\"\""},
                                         {"version", "2"}};
  int refused = 0;
  for (const Override& change : changes) {
    const bool parses = !testing::error_of([&] { load_config(file, {change}); });
    Json document = Json::parse(testing::slurp(file));
    apply_overrides(document, {change});
    EXPECT_EQ(valid(json(document), schema), parses) << change.path << " = " << change.value;
    refused += parses ? 0 : 1;
  }
  EXPECT_EQ(refused, 13);
}

}  // namespace
}  // namespace sequent
