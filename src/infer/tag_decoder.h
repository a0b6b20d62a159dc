// Decodes tags from the outputs of a tagger.
#pragma once

#include <optional>
#include <vector>

#include "infer/fused_engine.h"
#include "kernels/crf.h"

namespace sequent {

/// Threads: `decode` can be called from many threads at once.
class TagDecoder {
 public:
  /// Requires the config of a tagger.
  TagDecoder(const ResolvedConfig& config, const WeightSource& weights);
  TagDecoder(const TagDecoder&) = delete;
  TagDecoder& operator=(const TagDecoder&) = delete;

  /// Shapes: values [steps, K], probabilities, or the emissions of a crf.
  TaggedRow decode(const std::vector<double>& values, std::int64_t steps) const;

  std::int64_t tags() const { return tags_; }

 private:
  std::int64_t tags_;
  std::vector<double> start_;
  std::vector<double> transitions_;
  std::vector<double> end_;
  std::optional<kernels::Crf> crf_;
};

}  // namespace sequent
