#include "train/fit_normalization.h"

#include <cmath>
#include <vector>

#include "core/welford.h"

namespace sequent {
namespace {

struct ChannelStatistics {
  std::vector<float> mean;
  std::vector<float> deviation;
};

/// A constant channel has the deviation 1.
ChannelStatistics statistics_of(const Welford& values) {
  ChannelStatistics result;
  for (std::size_t c = 0; c < values.size(); ++c) {
    const auto deviation = static_cast<float>(values.deviation(c));
    result.mean.push_back(static_cast<float>(values.mean(c)));
    result.deviation.push_back(deviation > 0 ? deviation : 1.0F);
  }
  return result;
}

void copy_into(const ChannelStatistics& found, torch::Tensor& mean, torch::Tensor& deviation) {
  mean.copy_(torch::tensor(found.mean));
  deviation.copy_(torch::tensor(found.deviation));
}

/// Returns the last step of a row.
std::span<const float> last_step(const InputRow& row) {
  return row.values.last(static_cast<std::size_t>(row.channels));
}

std::vector<float> from_last_step(const InputRow& row) {
  std::vector<float> values(row.values.begin(), row.values.end());
  const std::span<const float> last = last_step(row);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= last[i % last.size()];
  return values;
}

/// Returns the targets relative to the last values of the channels `base`, or unchanged if there
/// are no such channels.
std::vector<float> from_base(std::span<const float> targets, const InputRow& row,
                             const std::vector<std::int64_t>& base) {
  std::vector<float> values(targets.begin(), targets.end());
  for (std::size_t i = 0; i < base.size(); ++i) {
    values[i] -= last_step(row)[static_cast<std::size_t>(base[i])];
  }
  return values;
}

}  // namespace

void fit_normalization(const EncodedDataset& train, SequenceModelImpl& model) {
  const torch::NoGradGuard no_gradient;
  for (NormalizationImpl* normalization : model.find_all<NormalizationImpl>()) {
    Welford inputs(train.channels());
    for (std::int64_t row = 0; row < train.size(); ++row) {
      const InputRow values = train.row(row);
      if (normalization->is_relative()) {
        inputs.add(std::span<const float>(from_last_step(values)));
      } else {
        inputs.add(values.values);
      }
    }
    copy_into(statistics_of(inputs), normalization->mean, normalization->deviation);
  }
}

void fit_targets(const EncodedDataset& train, SequenceModelImpl& model) {
  const torch::NoGradGuard no_gradient;
  auto* head = model.head<DenseImpl>();
  if (head == nullptr || !head->target_mean.defined()) return;
  Welford targets(train.target_count());
  const std::vector<std::int64_t> base = model.config().config.base_channels();
  for (std::int64_t row = 0; row < train.size(); ++row) {
    targets.add(std::span<const float>(from_base(train.targets(row), train.row(row), base)));
  }
  copy_into(statistics_of(targets), head->target_mean, head->target_deviation);
}

}  // namespace sequent
