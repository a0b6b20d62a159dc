#include "core/former_names.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kFormerNames{
    {{"concat", "beside"},
     {"sequence_label", "row_label"},
     {"sequence_labels", "row_labels"},
     {"sequence_labels.txt", "row_labels.txt"},
     {"sequence_accuracy", "row_accuracy"}}};

/// Renames the former names in one layer. Returns whether there were any.
bool rename_in(Json& layer) {
  if (!layer.is_object()) return false;
  bool renamed = false;
  if (const auto type = layer.find("type"); type != layer.end() && *type == "row_label") {
    *type = "sequence_label";
    renamed = true;
  }
  if (const auto parts = layer.find("beside"); parts != layer.end()) {
    layer["concat"] = std::move(*parts);
    layer.erase("beside");
    renamed = true;
  }
  return renamed;
}

}  // namespace

std::string former_name(std::string_view name) {
  for (const auto& [present, former] : kFormerNames) {
    if (name == present) return std::string(former);
  }
  return std::string(name);
}

std::string former_weight_name(std::string name) {
  constexpr std::string_view kPresent = ".concat.";
  const std::size_t at = name.find(kPresent);
  if (at != std::string::npos) name.replace(at, kPresent.size(), ".beside.");
  return name;
}

std::string with_present_names(const std::string& config) {
  Json json = Json::parse(config, nullptr, /*allow_exceptions=*/false);
  const Json::json_pointer layers("/model/layers");
  if (json.is_discarded() || !json.is_object() || !json.contains(layers)) return config;
  bool renamed = false;
  for (Json& layer : json[layers]) renamed = rename_in(layer) || renamed;
  return renamed ? json.dump() : config;
}

}  // namespace sequent
