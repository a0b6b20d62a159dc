#include "data/learned_data.h"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "sequent/error.h"

namespace sequent {
namespace {

/// Beyond this ratio of mean to deviation, a 32-bit float, which has 24 bits, keeps fewer than 12
/// bits of what varies. A smaller ratio would change models that lose nothing, and the values that
/// their exported graphs expect.
constexpr double kFarAway = 4096;
/// The first integer whose successor is not a 32-bit float.
constexpr double kLastExact = 16777216;

double origin_of(double mean, double deviation) {
  if (deviation == 0) return std::abs(mean) >= kLastExact ? mean : 0;
  if (std::abs(mean) <= kFarAway * deviation) return 0;
  return deviation >= 1 ? std::round(mean) : mean;
}

void drop_zeros(std::vector<double>& origin) {
  if (std::all_of(origin.begin(), origin.end(), [](double x) { return x == 0; })) origin.clear();
}

void check_size(const Config& config, const char* option, const std::vector<double>& origin,
                std::int64_t expected, const char* unit) {
  if (origin.empty() || std::ssize(origin) == expected) return;
  throw Error(ErrorKind::kConfig, config.in_file(option),
              "found " + std::to_string(origin.size()) + " numbers; expected one per " + unit +
                  ", which are " + std::to_string(expected));
}

/// Returns the learned options of features; empty if none is set.
std::vector<LearnedFeature> learned_of(const std::vector<FeatureSpec>& features) {
  std::vector<LearnedFeature> learned;
  learned.reserve(features.size());
  for (const FeatureSpec& feature : features) {
    learned.push_back(std::visit(
        []<class Spec>(const Spec& spec) -> LearnedFeature {
          if constexpr (std::is_same_v<Spec, CategoryFeature>) {
            return {spec.values, std::nullopt, std::nullopt};
          } else {
            return {{}, spec.mean, spec.deviation};
          }
        },
        feature));
  }
  const bool is_any_set =
      std::any_of(learned.begin(), learned.end(),
                  [](const LearnedFeature& feature) { return feature != LearnedFeature{}; });
  return is_any_set ? learned : std::vector<LearnedFeature>{};
}

}  // namespace

std::vector<FeatureSpec> with_learned(std::vector<FeatureSpec> features,
                                      const std::vector<LearnedFeature>& learned) {
  if (features.size() != learned.size()) return features;
  for (std::size_t i = 0; i < features.size(); ++i) {
    std::visit(
        [&]<class Spec>(Spec& spec) {
          if constexpr (std::is_same_v<Spec, CategoryFeature>) {
            if (spec.values.empty()) spec.values = learned[i].values;
          } else if (!spec.mean && !spec.deviation) {
            spec.mean = learned[i].mean;
            spec.deviation = learned[i].deviation;
          }
        },
        features[i]);
  }
  return features;
}

void forget_learned(std::vector<FeatureSpec>& features) {
  for (FeatureSpec& feature : features) {
    std::visit(
        []<class Spec>(Spec& spec) {
          if constexpr (std::is_same_v<Spec, CategoryFeature>) {
            spec.values.clear();
          } else {
            spec.mean.reset();
            spec.deviation.reset();
          }
        },
        feature);
  }
}

std::vector<double> choose_origin(const Welford& values) {
  std::vector<double> origin;
  for (std::size_t c = 0; c < values.size(); ++c) {
    origin.push_back(origin_of(values.mean(c), values.deviation(c)));
  }
  drop_zeros(origin);
  return origin;
}

void settle_learned(LearnedData& learned, const Config& config, std::int64_t channels,
                    std::int64_t targets) {
  const LearnedData given = LearnedData::of(config);
  learned.features = learned_of(with_learned(features_of(config.input), learned.features));
  check_size(config, "/data/origin", given.origin, channels, "channel");
  check_size(config, "/data/target_origin", given.target_origin, targets, "target");
  if (!given.origin.empty()) learned.origin = given.origin;
  if (given.time_step) learned.time_step = given.time_step;
  const auto* windows = std::get_if<WindowsFormat>(&config.data.format);
  const auto in_channels = windows != nullptr ? windows->target_channels() : std::nullopt;
  if (in_channels) {
    learned.target_origin.assign(static_cast<std::size_t>(targets), 0.0);
    for (std::size_t i = 0; i < learned.target_origin.size() && !learned.origin.empty(); ++i) {
      const std::int64_t channel = (*in_channels)[i % in_channels->size()];
      learned.target_origin[i] = learned.origin[static_cast<std::size_t>(channel)];
    }
    drop_zeros(learned.target_origin);
    if (!given.target_origin.empty() && given.target_origin != learned.target_origin) {
      throw Error(ErrorKind::kConfig, config.in_file("/data/target_origin"),
                  "differs from the origin of the channels that are forecast; remove it");
    }
  } else if (!given.target_origin.empty()) {
    learned.target_origin = given.target_origin;
  }
}

LearnedData LearnedData::of(const Config& config) {
  const DataSpec& spec = config.data;
  const auto* windows = std::get_if<WindowsFormat>(&spec.format);
  return {spec.origin, spec.target_origin, windows != nullptr ? windows->time_step : std::nullopt,
          learned_of(features_of(config.input))};
}

void LearnedData::fill(Config& config) const {
  DataSpec& spec = config.data;
  if (spec.origin.empty()) spec.origin = origin;
  if (spec.target_origin.empty()) spec.target_origin = target_origin;
  auto* windows = std::get_if<WindowsFormat>(&spec.format);
  if (windows != nullptr && !windows->time_step) windows->time_step = time_step;
  auto* text = std::get_if<TextInput>(&config.input);
  if (text != nullptr) text->features = with_learned(std::move(text->features), features);
}

}  // namespace sequent
