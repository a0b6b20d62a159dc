#include "train/score.h"

#include <span>

#include "sequent/model.h"

namespace sequent {
namespace {

RegressionLoss::Kind kind_of(Loss loss) {
  if (loss == Loss::kMeanAbsoluteError) return RegressionLoss::Kind::kAbsolute;
  if (loss == Loss::kHuber) return RegressionLoss::Kind::kHuber;
  return RegressionLoss::Kind::kSquared;
}

}  // namespace

std::vector<float> target_deviations(const SequenceModelImpl& model) {
  if (!model.head().target_deviation.defined()) return {};
  const torch::Tensor values = model.head().target_deviation.cpu().contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

Report score(const Config& config, const LabelSet& labels, const EncodedDataset& data,
             const std::vector<float>& predictions, const std::vector<float>& deviations) {
  const auto width = static_cast<std::size_t>(labels.size());
  const auto of_row = [&](std::int64_t row) {
    return std::span(predictions).subspan(static_cast<std::size_t>(row) * width, width);
  };
  if (config.is_regression()) {
    RegressionMetrics metrics(labels.names(), {kind_of(config.loss()), deviations});
    for (std::int64_t row = 0; row < data.size(); ++row) {
      metrics.add(of_row(row), data.targets(row));
    }
    return metrics.report();
  }
  ClassificationMetrics metrics(labels.names());
  for (std::int64_t row = 0; row < data.size(); ++row) metrics.add(of_row(row), data.label(row));
  return metrics.report();
}

}  // namespace sequent
