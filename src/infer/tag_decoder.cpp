#include "infer/tag_decoder.h"

#include <algorithm>

namespace sequent {

TagDecoder::TagDecoder(const ResolvedConfig& config, const WeightSource& weights)
    : tags_(config.class_count) {
  const auto& layers = config.config.model.layers;
  if (!std::holds_alternative<CrfSpec>(layers.back())) return;
  const std::string prefix = "layers." + std::to_string(layers.size() - 1) + ".";
  const auto read = [&](const std::string& name) {
    const std::span<const float> scores = weights(prefix + name);
    const std::span<const float> forbidden = weights(prefix + "forbidden_" + name);
    std::vector<double> result(scores.begin(), scores.end());
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] += kernels::kForbiddenScore * double{forbidden[i]};
    }
    return result;
  };
  start_ = read("start");
  transitions_ = read("transitions");
  end_ = read("end");
  crf_.emplace(tags_, start_.data(), transitions_.data(), end_.data());
}

TaggedRow TagDecoder::decode(const std::vector<double>& values, std::int64_t steps) const {
  TaggedRow row;
  const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  std::vector<std::int64_t> path(size(steps));
  if (crf_) {
    path = crf_->best_path(values.data(), steps);
  } else {
    for (std::int64_t t = 0; t < steps; ++t) {
      const double* at = values.data() + t * tags_;
      path[size(t)] = std::max_element(at, at + tags_) - at;
    }
  }
  const std::vector<double> probabilities = crf_ ? crf_->marginals(values.data(), steps) : values;
  for (std::int64_t t = 0; t < steps; ++t) {
    row.tags.push_back(static_cast<std::int32_t>(path[size(t)]));
    row.probabilities.push_back(static_cast<float>(probabilities[size(t * tags_ + path[size(t)])]));
  }
  return row;
}

}  // namespace sequent
