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
class Welford {
 public:
  explicit Welford(std::int64_t channels)
      : mean_(static_cast<std::size_t>(channels), 0.0), squares_(mean_.size(), 0.0) {}

  /// Shapes: [steps, channels], step by step.
  void add(std::span<const float> values) {
    for (std::size_t begin = 0; begin < values.size(); begin += mean_.size()) {
      ++count_;
      for (std::size_t c = 0; c < mean_.size(); ++c) {
        const double away = values[begin + c] - mean_[c];
        mean_[c] += away / count_;
        squares_[c] += away * (values[begin + c] - mean_[c]);
      }
    }
  }

  /// A channel that is always the same has the deviation 1.
  ChannelStatistics found() const {
    ChannelStatistics result;
    for (std::size_t c = 0; c < mean_.size(); ++c) {
      const auto deviation = static_cast<float>(std::sqrt(squares_[c] / count_));
      result.mean.push_back(static_cast<float>(mean_[c]));
      result.deviation.push_back(deviation > 0 ? deviation : 1.0F);
    }
    return result;
  }

 private:
  std::vector<double> mean_;
  std::vector<double> squares_;
  double count_ = 0;
};

void copy_into(const ChannelStatistics& found, torch::Tensor& mean, torch::Tensor& deviation) {
  mean.copy_(torch::tensor(found.mean));
  deviation.copy_(torch::tensor(found.deviation));
}

}  // namespace

void fit_normalization(const EncodedDataset& train, SequenceModelImpl& model) {
  const torch::NoGradGuard no_gradient;
  for (const auto& layer : model.layers()) {
    auto* normalization = dynamic_cast<NormalizationImpl*>(layer.get());
    if (normalization == nullptr) continue;
    Welford inputs(train.channels());
    for (std::int64_t row = 0; row < train.size(); ++row) inputs.add(train.row(row).values);
    copy_into(inputs.found(), normalization->mean, normalization->deviation);
  }
  DenseImpl* head = model.dense_head();
  if (head == nullptr || !head->target_mean.defined()) return;
  Welford targets(train.target_count());
  for (std::int64_t row = 0; row < train.size(); ++row) targets.add(train.targets(row));
  copy_into(targets.found(), head->target_mean, head->target_deviation);
}

}  // namespace sequent
