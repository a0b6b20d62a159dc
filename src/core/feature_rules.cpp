#include "core/feature_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "tasks/task_definition.h"

namespace sequent {
namespace {

/// Whether rows of this format have columns, or keys, besides the text.
template <class Format>
constexpr bool kHasColumns =
    std::is_same_v<Format, TsvFormat> || std::is_same_v<Format, CsvFormat> ||
    std::is_same_v<Format, JsonlFormat>;

/// The columns that the format already uses, and why a feature cannot be one of them.
struct UsedColumns {
  std::vector<Column> text;
  std::vector<Column> label;
};

UsedColumns used_columns(const DataFormat& format) {
  return std::visit(
      []<class Format>(const Format& spec) -> UsedColumns {
        if constexpr (std::is_same_v<Format, JsonlFormat>) {
          return {{spec.text}, {spec.label}};
        } else if constexpr (kHasColumns<Format>) {
          UsedColumns used{columns_of(spec.text), spec.label_columns};
          if (used.label.empty()) used.label.push_back(spec.label);
          return used;
        } else {
          return {};
        }
      },
      format);
}

bool contains(const std::vector<Column>& columns, const Column& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

void check_learned(const CategoryFeature& feature, const std::string& pointer,
                   ConfigIssues& issues) {
  if (std::ssize(feature.values) > feature.max_values) {
    issues.add(pointer + "/values", "found " + std::to_string(feature.values.size()) +
                                        " values; expected at most max_values, " +
                                        std::to_string(feature.max_values));
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < feature.values.size(); ++i) {
    const std::string& value = feature.values[i];
    const std::string place = pointer + "/values/" + std::to_string(i);
    if (value.empty()) {
      issues.add(place, "found an empty text, which means a missing value; remove it");
    } else if (!seen.insert(value).second) {
      issues.add(place, "names a value twice; remove one");
    }
  }
}

/// Of numbers and dates.
template <class Feature>
void check_learned(const Feature& feature, const std::string& pointer, ConfigIssues& issues) {
  if (feature.mean.has_value() == feature.deviation.has_value()) return;
  issues.add(pointer, "has only one of \"mean\" and \"deviation\"; give both or none");
}

void check_columns(const Config& config, ConfigIssues& issues) {
  const std::vector<FeatureSpec>& features = features_of(config.input);
  const UsedColumns used = used_columns(config.data.format);
  const bool has_keys = std::holds_alternative<JsonlFormat>(config.data.format);
  std::vector<Column> earlier;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const std::string pointer = "/input/features/" + std::to_string(i);
    const Column& column = column_of(features[i]);
    const auto refuse = [&](const char* message) { issues.add(pointer + "/column", message); };
    if (contains(used.label, column)) {
      refuse("is also the column of the label, which the model must predict; name another");
    } else if (contains(used.text, column)) {
      refuse("is also the column of the text; name another");
    } else if (contains(earlier, column)) {
      refuse("names the same column as an earlier feature; remove one");
    } else if (has_keys && std::holds_alternative<std::int64_t>(column)) {
      refuse("is an index, but objects have keys; name a key");
    }
    earlier.push_back(column);
    std::visit([&](const auto& feature) { check_learned(feature, pointer, issues); }, features[i]);
  }
}

}  // namespace

void check_features(const Config& config, ConfigIssues& issues) {
  if (features_of(config.input).empty()) return;
  const TaskDefinition& task = definition_of(config);
  const bool has_columns = std::visit(
      []<class Format>(const Format&) { return kHasColumns<Format>; }, config.data.format);
  if (task.answers_per_token() || task.predicts_tokens()) {
    issues.add("/input/features",
               "has no meaning for " + task.title() +
                   ", which has no vector of a whole text that they could be joined to; leave it "
                   "out");
    return;
  }
  if (config.reads_pairs()) {
    issues.add("/input/features", "cannot be combined with pairs of texts; remove one of them");
    return;
  }
  if (!has_columns) {
    issues.add("/input/features", "names columns, but the format \"" +
                                      std::string(format_name(config.data.format)) +
                                      "\" has none; expected tsv, csv or jsonl");
    return;
  }
  check_columns(config, issues);
  const auto& layers = config.model.layers;
  if (std::any_of(layers.begin(), layers.end(), [](const LayerSpec& layer) {
        return std::holds_alternative<FeaturesSpec>(layer);
      })) {
    return;
  }
  issues.add("/input/features",
             "names columns, but no layer reads them; add {\"type\": \"features\"} after the layer "
             "that gives one vector per text, such as a pool");
}

}  // namespace sequent
