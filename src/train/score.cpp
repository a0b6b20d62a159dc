#include "train/score.h"

#include <algorithm>
#include <span>

#include "sequent/model.h"
#include "train/naive_forecast.h"
#include "train/workers.h"

namespace sequent {
namespace {

RegressionLoss::Kind kind_of(Loss loss) {
  if (loss == Loss::kMeanAbsoluteError) return RegressionLoss::Kind::kAbsolute;
  if (loss == Loss::kHuber) return RegressionLoss::Kind::kHuber;
  return RegressionLoss::Kind::kSquared;
}

}  // namespace

std::vector<float> target_deviations(const SequenceModelImpl& model) {
  const DenseImpl* head = model.dense_head();
  if (head == nullptr || !head->target_deviation.defined()) return {};
  const torch::Tensor values = head->target_deviation.cpu().contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

namespace {

RegressionReport score_numbers(const LabelSet& targets, const EncodedDataset& data,
                               const std::vector<float>& predictions, const RegressionLoss& loss) {
  RegressionMetrics metrics(targets.names(), loss);
  const auto width = static_cast<std::size_t>(targets.size());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(std::span(predictions).subspan(static_cast<std::size_t>(row) * width, width),
                data.targets(row));
  }
  return metrics.report();
}

}  // namespace

Report measure(WorkerTeam& team, const SequenceModelImpl& model, const LabelSet& labels,
               const EncodedDataset& data, const std::vector<double>& thresholds) {
  const Config& config = model.config().config;
  if (config.is_language_model()) {
    const TextScore found = team.read(cut_windows_to_measure(data));
    return score_text(data, found.loss, found.right);
  }
  if (!config.is_tagging()) {
    return score(config, labels, data, team.predict(data), target_deviations(model), thresholds);
  }
  const TaggedRows found = team.tag(data);
  return score_tags(labels, data, found.tags, found.loss / static_cast<double>(data.token_count()));
}

LanguageModelReport score_text(const EncodedDataset& lines, double loss, std::int64_t right) {
  std::int64_t unknown = 0;
  for (std::int64_t row = 0; row < lines.size(); ++row) {
    const auto ids = lines.ids(row);
    unknown += std::count_if(ids.begin(), ids.end(), is_unknown);
  }
  return language_model_report(lines.token_count(), loss, right, unknown);
}

TaggingReport score_tags(const LabelSet& labels, const EncodedDataset& data,
                         const std::vector<std::vector<std::int32_t>>& tags,
                         std::optional<double> loss) {
  TaggingMetrics metrics(labels.names());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(tags[static_cast<std::size_t>(row)], data.tags(row));
  }
  return metrics.report(loss);
}

MultiLabelMetrics label_metrics(const LabelSet& labels, const EncodedDataset& data,
                                const std::vector<float>& probabilities) {
  MultiLabelMetrics metrics(labels.names());
  const auto width = static_cast<std::size_t>(labels.size());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(std::span(probabilities).subspan(static_cast<std::size_t>(row) * width, width),
                data.targets(row));
  }
  return metrics;
}

Report score(const Config& config, const LabelSet& labels, const EncodedDataset& data,
             const std::vector<float>& predictions, const std::vector<float>& deviations,
             const std::vector<double>& thresholds) {
  if (config.is_multi_label()) return label_metrics(labels, data, predictions).report(thresholds);
  if (config.is_regression()) {
    const RegressionLoss loss{kind_of(config.loss()), deviations};
    RegressionReport report = score_numbers(labels, data, predictions, loss);
    for (const NaiveForecast& naive : naive_forecasts(config, data)) {
      const RegressionReport found = score_numbers(labels, data, naive.values, loss);
      report.baselines.push_back({naive.name, found.rmse, found.mae});
    }
    return report;
  }
  ClassificationMetrics metrics(labels.names());
  const auto width = static_cast<std::size_t>(labels.size());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(std::span(predictions).subspan(static_cast<std::size_t>(row) * width, width),
                data.label(row));
  }
  return metrics.report();
}

}  // namespace sequent
