#include "sequent/config.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "core/config_rules.h"
#include "core/data_paths.h"
#include "core/layer_chain.h"
#include "core/option_reader.h"
#include "core/option_writer.h"
#include "core/overrides.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

Config read_config(const Json& document, const std::string& name) {
  std::vector<Issue> issues;
  Config config;
  OptionReader reader(name, issues);
  if (document.is_object() && document.contains("version") &&
      document["version"].is_number_integer() && document["version"] > 1) {
    throw Error(ErrorKind::kConfig, name + ": /version",
                "found " + document["version"].dump() +
                    "; this program reads version 1; use a later version of Sequent");
  }
  reader.read(document, "", config);
  if (issues.empty()) check_rules(config, name, issues);
  if (!issues.empty()) throw Error(ErrorKind::kConfig, issues);
  return config;
}

std::string read_config_file(const fs::path& file) {
  std::error_code code;
  if (!fs::exists(file, code)) {
    throw Error(ErrorKind::kConfig, file.string(),
                "no such file; expected a config, such as configs/sample-sentiment.json");
  }
  if (fs::is_directory(file, code)) {
    throw Error(ErrorKind::kConfig, file.string(), "is a folder; expected a config file");
  }
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in && !in.eof()) throw Error(ErrorKind::kConfig, file.string(), "cannot be read");
  return text;
}

}  // namespace

Initialization Config::initialization() const {
  return model.initialization.value_or(definition_of(*this).default_initialization());
}

bool Config::reads_pairs() const {
  return std::any_of(model.layers.begin(), model.layers.end(), [](const LayerSpec& layer) {
    return std::holds_alternative<PairSpec>(layer);
  });
}

LayerRange Config::second_encoder() const {
  const auto& layers = model.layers;
  LayerRange range;
  for (range.end = 0; range.end < layers.size(); ++range.end) {
    if (std::holds_alternative<EmbeddingSpec>(layers[range.end])) range.begin = range.end + 1;
    const auto* pair = std::get_if<PairSpec>(&layers[range.end]);
    if (pair == nullptr) continue;
    return pair->encoders == PairEncoders::kSeparate ? range : LayerRange{};
  }
  return {};
}

const SequenceLabelSpec* Config::sequence_label() const {
  for (const LayerSpec& layer : model.layers) {
    if (const auto* head = std::get_if<SequenceLabelSpec>(&layer)) return head;
  }
  return nullptr;
}

const OrdinalSpec* Config::ordinal() const {
  return model.layers.empty() ? nullptr : std::get_if<OrdinalSpec>(&model.layers.back());
}

const CharactersSpec* Config::characters() const {
  for (const LayerSpec& layer : model.layers) {
    const auto* embedding = std::get_if<EmbeddingSpec>(&layer);
    if (embedding != nullptr) return embedding->characters();
  }
  return nullptr;
}

bool Config::has_ngrams() const {
  return std::any_of(model.layers.begin(), model.layers.end(), [](const LayerSpec& layer) {
    const auto* embedding = std::get_if<EmbeddingSpec>(&layer);
    return embedding != nullptr && embedding->has_ngrams();
  });
}

Loss Config::loss() const {
  return training.loss ? *training.loss : definition_of(*this).default_loss(*this);
}

Monitor Config::best_monitor() const {
  const auto& early = training.early_stopping;
  if (early && early->monitor) return *early->monitor;
  return definition_of(*this).default_monitor();
}

std::optional<std::vector<std::int64_t>> WindowsFormat::target_channels() const {
  if (label) return std::nullopt;
  std::vector<std::int64_t> channels;
  for (const Column& target : target_columns()) {
    const auto found = std::find(columns.begin(), columns.end(), target);
    if (found == columns.end()) return std::nullopt;
    channels.push_back(found - columns.begin());
  }
  return channels;
}

std::vector<std::int64_t> Config::base_channels() const {
  const auto* windows = std::get_if<WindowsFormat>(&data.format);
  const auto* first =
      model.layers.empty() ? nullptr : std::get_if<NormalizationSpec>(&model.layers.front());
  if (windows == nullptr || first == nullptr || !first->relative) return {};
  const auto channels = windows->target_channels();
  if (!channels) return {};
  std::vector<std::int64_t> result;
  for (std::int64_t step = 0; step < windows->horizon; ++step) {
    result.insert(result.end(), channels->begin(), channels->end());
  }
  return result;
}

bool Config::standardizes_targets() const {
  return definition_of(*this).target() == TargetKind::kNumbers &&
         model.standardize_targets.value_or(true);
}

std::string Config::in_file(const std::string& pointer) const {
  return (file.empty() ? "config \"" + name + "\"" : file.string()) + ": " + pointer;
}

fs::path Config::resolve_path(const std::string& path) const {
  return (base_directory / path).lexically_normal();
}

Config parse_config(std::string_view json, const std::string& name,
                    const std::vector<Override>& overrides) {
  Json document = parse_strict_json(json, name);
  apply_overrides(document, overrides);
  return read_config(document, name);
}

Config load_config(const fs::path& file, const std::vector<Override>& overrides) {
  Config config = parse_config(read_config_file(file), file.string(), overrides);
  config.base_directory = fs::absolute(file).parent_path();
  config.file = file;
  return config;
}

void validate(const Config& config) {
  read_config(write_option(config, /*minimal=*/false), "config \"" + config.name + "\"");
}

std::string dump_config(const Config& config, bool minimal) {
  return write_option(config, minimal).dump(2) + "\n";
}

namespace {

void collect_differences(const Json& a, const Json& b, const std::string& pointer,
                         std::vector<std::string>& found) {
  if (a == b) return;
  if (a.is_object() && b.is_object() && a.value("type", Json()) == b.value("type", Json())) {
    for (const auto& item : a.items()) {
      const auto other = b.find(item.key());
      collect_differences(item.value(), other == b.end() ? Json() : *other,
                          pointer_append(pointer, item.key()), found);
    }
    for (const auto& item : b.items()) {
      if (!a.contains(item.key())) {
        found.push_back(pointer_append(pointer, item.key()) + ": not set; " +
                        show_json(item.value()));
      }
    }
  } else if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      collect_differences(a[i], b[i], pointer_append(pointer, std::to_string(i)), found);
    }
  } else {
    found.push_back(pointer + ": " + show_json(a) + "; " + show_json(b));
  }
}

/// Returns the parts that define the result, with paths in a comparable form.
Json identity_of(const Config& config) {
  Config absolute = config;
  const auto place_of = [&](const std::string& path) {
    std::error_code code;  // a path that cannot be resolved stays as it is
    const fs::path place = fs::weakly_canonical(config.resolve_path(path), code);
    return code ? config.resolve_path(path).string() : place.string();
  };
  change_data_paths(absolute, place_of);
  Json json = write_option(absolute, /*minimal=*/false);
  for (const char* other : {"version", "name", "runtime"}) json.erase(other);
  return json;
}

}  // namespace

std::vector<std::string> config_differences(const Config& a, const Config& b) {
  std::vector<std::string> found;
  collect_differences(identity_of(a), identity_of(b), "", found);
  return found;
}

}  // namespace sequent
