#include "search/tune_spec.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/files.h"
#include "core/option_reader.h"
#include "core/overrides.h"
#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

/// The key of the stored search for the folder of the config's relative paths. Keys that begin with
/// an underscore are ignored by the reader of options.
constexpr const char* kBaseDirectory = "_base_directory";

/// The metrics of reports of which smaller values are better.
constexpr std::array<std::string_view, 17> kSmallerIsBetter = {"loss",
                                                               "hamming_loss",
                                                               "perplexity",
                                                               "bits_per_token",
                                                               "mse",
                                                               "rmse",
                                                               "mae",
                                                               "mape",
                                                               "smape",
                                                               "mase",
                                                               "nll",
                                                               "brier",
                                                               "unknown_share",
                                                               "ece",
                                                               "median_absolute_error",
                                                               "rank_mae",
                                                               "aurc"};

std::string read_search_file(const fs::path& path, const char* expected) {
  std::error_code code;
  if (!fs::exists(path, code)) {
    throw Error(ErrorKind::kConfig, path.string(),
                std::string("no such file; expected ") + expected);
  }
  if (fs::is_directory(path, code)) {
    throw Error(ErrorKind::kConfig, path.string(),
                std::string("is a folder; expected ") + expected);
  }
  return read_file(path);
}

/// Checks what a single option's range cannot express.
struct RangeFault {
  std::string operator()(const UniformRange& range) const { return order(range.low, range.high); }
  std::string operator()(const LogUniformRange& range) const {
    return order(range.low, range.high);
  }
  std::string operator()(const IntegerRange& range) const {
    if (range.low > range.high) return order(range.low, range.high);
    if (range.log && range.low < 1) return "found low below 1; a logarithmic range starts at 1";
    if (range.log && range.step != 1) {
      return "found log and step; a logarithmic range has no step; remove one of them";
    }
    return {};
  }
  std::string operator()(const ChoiceRange& range) const {
    for (std::size_t i = 0; i < range.values.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (range.values[i] == range.values[j]) {
          return "values " + std::to_string(j) + " and " + std::to_string(i) +
                 " are equal: " + show_json(range.values[i]) + "; remove one of them";
        }
      }
    }
    return {};
  }

  template <class Number>
  static std::string order(Number low, Number high) {
    return low <= high ? "" : "found low above high; expected low to be the smaller one";
  }
};

void check_spec(const TuneSpec& spec, const std::string& name, std::vector<Issue>& issues) {
  const auto fault = [&](const std::string& pointer, const std::string& message) {
    issues.push_back({name + ": " + pointer, message});
  };
  if (spec.space.empty()) {
    fault("/space",
          "found no options; expected at least one, such as "
          "\"training.batch_size\": {\"type\": \"choice\", \"values\": [16, 32]}");
  }
  std::map<std::vector<std::string>, std::string> paths;
  for (const auto& [path, dimension] : spec.space) {
    const std::string pointer = pointer_append("/space", path);
    const std::string message = std::visit(RangeFault{}, dimension);
    if (!message.empty()) fault(pointer, message);
    const auto [same, is_new] = paths.emplace(split_option_path(path), path);
    if (!is_new) fault(pointer, "names the same option as \"" + same->second + "\"");
    if (spec.fixed.contains(path)) {
      fault(pointer, "is also in \"fixed\"; remove it from one of them");
    }
  }
  if (spec.objective.folds && spec.objective.seeds > 1) {
    fault("/objective/folds", "cannot be combined with seeds; remove one of them");
  }
}

/// Sets the base config of the file. Errors: Config if it cannot be read.
void read_base(TuneFile& file, const fs::path& folder) {
  const Json& config = file.spec.config;
  if (config.is_string()) {
    const fs::path path = folder / config.get<std::string>();
    file.base_name = path.string();
    file.base_directory = fs::absolute(path).parent_path();
    file.base = parse_strict_json(read_search_file(path, "a config"), file.base_name);
  } else if (config.is_object()) {
    file.base_name = file.name + ": /config";
    file.base_directory = fs::absolute(folder);
    file.base = config;
    if (const auto stored = file.document.find(kBaseDirectory); stored != file.document.end()) {
      file.base_directory = stored->get<std::string>();
    }
  } else {
    throw Error(ErrorKind::kConfig, file.name + ": /config",
                "found " + show_json(config) + "; expected the path of a config or an object");
  }
  file.document["config"] = file.base;
  file.document[kBaseDirectory] = file.base_directory.lexically_normal().string();
  for (const auto& [path, value] : file.spec.fixed) {
    try {
      apply_overrides(file.base, {{path, value.dump()}});
    } catch (const Error& error) {  // whose location is that of a command-line option
      throw Error(ErrorKind::kConfig, file.name + ": " + pointer_append("/fixed", path),
                  error.issues().front().message);
    }
  }
}

}  // namespace

Direction direction_of(const std::string& metric) {
  const std::string_view name = std::string_view(metric).substr(metric.rfind('.') + 1);
  const bool smaller =
      std::find(kSmallerIsBetter.begin(), kSmallerIsBetter.end(), name) != kSmallerIsBetter.end();
  return smaller ? Direction::kMinimize : Direction::kMaximize;
}

const TuneCondition& condition_of(const DimensionSpec& spec) {
  return std::visit([](const auto& range) -> const TuneCondition& { return range.when; }, spec);
}

TuneFile read_tune_file(const fs::path& path, const std::vector<Override>& overrides) {
  TuneFile file;
  file.name = path.string();
  file.document = parse_strict_json(read_search_file(path, "a search file"), file.name);
  apply_overrides(file.document, overrides);
  std::vector<Issue> issues;
  OptionReader reader(file.name, issues);
  reader.read(file.document, "", file.spec);
  if (issues.empty()) check_spec(file.spec, file.name, issues);
  if (!issues.empty()) throw Error(ErrorKind::kConfig, issues);
  read_base(file, path.parent_path());
  return file;
}

Json identity_of(const TuneFile& file) {
  Json identity = file.document;
  identity.erase("budget");
  identity.erase("parallel");
  return identity;
}

}  // namespace sequent
