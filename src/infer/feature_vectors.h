// The vectors of a row's features, for the engines that run without LibTorch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent {

/// Converts the features of a row, as FeatureEncoder encodes them, to the values that a features
/// layer joins to the vector of the text.
class FeatureVectors {
 public:
  /// `tables` are the weights of the categories, in order.
  FeatureVectors(const FeaturesSpec& spec, const std::vector<FeatureSpec>& features,
                 const std::vector<std::span<const float>>& tables) {
    auto table = tables.begin();
    parts_.reserve(features.size());
    for (const FeatureSpec& feature : features) {
      const bool is_category = std::holds_alternative<CategoryFeature>(feature);
      Part& part = parts_.emplace_back();
      part.width = is_category ? spec.output_dim : encoded_width(feature);
      if (is_category) part.table.assign(table->begin(), table->end());
      if (is_category) ++table;
      width_ += part.width;
    }
  }

  /// The number of values of a row.
  std::int64_t width() const { return width_; }

  /// Writes the values of a row to `to`. Shapes: features [encoded_width] -> [width()].
  template <class Number>
  void write(std::span<const float> features, Number* to) const {
    const float* from = features.data();
    for (const Part& part : parts_) {
      if (part.table.empty()) {
        to = std::copy_n(from, part.width, to);
        from += part.width;
      } else {
        const auto id = static_cast<std::int64_t>(*from++);
        to = std::copy_n(part.table.data() + id * part.width, part.width, to);
      }
    }
  }

 private:
  struct Part {
    std::int64_t width = 0;
    std::vector<float> table;  // of a category; empty for numbers
  };
  std::vector<Part> parts_;
  std::int64_t width_ = 0;
};

/// The vectors of the features layer with these weights. `prefix` is that of the weights' names;
/// `weights(name)` returns them.
template <class Source>
FeatureVectors feature_vectors(const FeaturesSpec& spec, const std::vector<FeatureSpec>& features,
                               const std::string& prefix, const Source& weights) {
  std::vector<std::span<const float>> tables;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (!std::holds_alternative<CategoryFeature>(features[i])) continue;
    tables.push_back(weights(prefix + "category_" + std::to_string(i)));
  }
  return {spec, features, tables};
}

}  // namespace sequent
