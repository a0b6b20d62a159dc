// From scores of tags to tags.
#pragma once

#include <optional>
#include <vector>

#include "infer/fused_engine.h"
#include "kernels/crf.h"

namespace sequent {

/// Threads: `decode` may be called from many at once.
class TagDecoder {
 public:
  /// The config is a tagger's.
  TagDecoder(const ResolvedConfig& config, const WeightSource& weights);
  TagDecoder(const TagDecoder&) = delete;
  TagDecoder& operator=(const TagDecoder&) = delete;

  /// Shapes: values [steps, K], probabilities, or a crf's emissions.
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
