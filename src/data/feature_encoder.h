// Converts the further columns of a row (/input/features) to the numbers that a model reads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/welford.h"
#include "sequent/data.h"
#include "sequent/feature_spec.h"

namespace sequent {

/// Returns whether a cell can be a value of the feature, or a missing one.
bool fits_feature(const FeatureSpec& feature, const std::string& cell);

/// The error message for a cell that cannot. `place` names the cell.
std::string feature_fault(const FeatureSpec& feature, const std::string& cell,
                          const std::string& place);

/// The names of the features' columns; an index is written as a number.
std::vector<std::string> feature_names(const std::vector<FeatureSpec>& features);

/// Returns whether the categories of a row are those of the features: values of another origin,
/// such as a file, are checked before they are used as indices. Shapes: values
/// [encoded_width(features)].
bool has_known_categories(const std::vector<FeatureSpec>& features, std::span<const float> values);

/// Encodes cells with what was learned from the training rows.
/// Threads: encode() can be called from many threads at once.
class FeatureEncoder {
 public:
  explicit FeatureEncoder(const std::vector<FeatureSpec>& features);

  /// Returns the values of a row: for each feature in turn, the id of its category; or a number in
  /// deviations from the mean and 1 if it is missing; or a date's day, likewise, then the sines and
  /// cosines of its position in the year, the week and the day, and 1 if it is missing.
  /// Shapes: cells [features], each of which fits its feature -> [encoded_width(features)].
  std::vector<float> encode(std::span<const std::string> cells) const;

 private:
  std::vector<FeatureSpec> features_;
  std::vector<std::map<std::string, std::int64_t, std::less<>>> ids_;  // of each category's values
};

/// Learns the values of categories, and the mean and deviation of numbers and dates.
class FeatureLearner {
 public:
  explicit FeatureLearner(const std::vector<FeatureSpec>& features);

  /// Adds a training row. Shapes: cells [features].
  void add(std::span<const std::string> cells);

  /// Returns what was learned. `path` names the file in messages. Errors: Data if a column has no
  /// value in the training rows, or no category is frequent enough.
  std::vector<LearnedFeature> learn(const std::string& path) const;

 private:
  struct Column {
    std::map<std::string, std::int64_t, std::less<>> counts;
    Welford numbers{1};
    std::int64_t present = 0;
  };

  std::vector<FeatureSpec> features_;
  std::vector<Column> columns_;
};

}  // namespace sequent
