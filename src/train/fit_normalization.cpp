#include "train/fit_normalization.h"

#include <cmath>
#include <vector>

namespace sequent {
namespace {

struct ChannelStatistics {
  std::vector<float> mean;
  std::vector<float> deviation;
};

/// In one pass (Welford 1962), which stays exact where the mean is far larger than the deviation.
ChannelStatistics measure(const EncodedDataset& data) {
  const auto channels = static_cast<std::size_t>(data.channels());
  std::vector<double> mean(channels, 0.0);
  std::vector<double> squares(channels, 0.0);
  double count = 0;
  for (std::int64_t row = 0; row < data.size(); ++row) {
    const std::span<const float> values = data.row(row).values;
    for (std::size_t begin = 0; begin < values.size(); begin += channels) {
      ++count;
      for (std::size_t c = 0; c < channels; ++c) {
        const double away = values[begin + c] - mean[c];
        mean[c] += away / count;
        squares[c] += away * (values[begin + c] - mean[c]);
      }
    }
  }
  ChannelStatistics found;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto deviation = static_cast<float>(std::sqrt(squares[c] / count));
    found.mean.push_back(static_cast<float>(mean[c]));
    found.deviation.push_back(deviation > 0 ? deviation : 1.0F);
  }
  return found;
}

}  // namespace

void fit_normalization(const EncodedDataset& train, SequenceModelImpl& model) {
  const torch::NoGradGuard no_gradient;
  for (const auto& layer : model.layers()) {
    auto* normalization = dynamic_cast<NormalizationImpl*>(layer.get());
    if (normalization == nullptr) continue;
    const ChannelStatistics found = measure(train);
    normalization->mean.copy_(torch::tensor(found.mean));
    normalization->deviation.copy_(torch::tensor(found.deviation));
  }
}

}  // namespace sequent
