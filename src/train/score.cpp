#include "train/score.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

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
                               const std::vector<float>& predictions, const RegressionLoss& loss,
                               const std::vector<double>& naive_mae = {}) {
  RegressionMetrics metrics(targets.names(), loss);
  const auto width = static_cast<std::size_t>(targets.size());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(std::span(predictions).subspan(static_cast<std::size_t>(row) * width, width),
                data.targets(row));
  }
  return metrics.report(naive_mae);
}

/// The end of the first target's forecasts, so that they follow on each other: each window gives as
/// many steps as pass until the next. Where windows are of several series, none.
void add_curve(const Config& config, const EncodedDataset& data,
               const std::vector<float>& predictions, RegressionReport& report) {
  constexpr std::size_t kMostPoints = 300;
  const auto* windows = std::get_if<WindowsFormat>(&config.data.format);
  const auto width = static_cast<std::int64_t>(report.per_target.size());
  if (windows == nullptr || windows->group || width % windows->horizon != 0) return;
  const std::int64_t columns = width / windows->horizon;
  const bool joins = windows->horizon % windows->stride == 0;
  const std::int64_t rows_apart = joins ? windows->horizon / windows->stride : 1;
  report.curve_steps = joins ? windows->horizon : 1;
  for (std::int64_t row = 0; row < data.size(); row += rows_apart) {
    for (std::int64_t step = 0; step < report.curve_steps; ++step) {
      const auto at = static_cast<std::size_t>(step * columns);
      const float forecast = predictions[static_cast<std::size_t>(row * width) + at];
      report.curve.push_back({data.targets(row)[at], forecast});
    }
  }
  const std::size_t count = report.curve.size();
  const auto extra = static_cast<std::ptrdiff_t>(count - std::min(count, kMostPoints));
  report.curve.erase(report.curve.begin(), report.curve.begin() + extra);
}

}  // namespace

Calibration calibrate(const Config& config, const EncodedDataset& train) {
  Calibration result;
  const std::vector<NaiveForecast> naive = naive_forecasts(config, train);
  if (naive.empty()) return result;
  const auto* windows = std::get_if<WindowsFormat>(&config.data.format);
  const auto width = static_cast<std::size_t>(train.target_count());
  const std::size_t columns = windows->target_columns().size();
  std::vector<double> errors(columns, 0.0);
  for (std::int64_t row = 0; row < train.size(); ++row) {
    for (std::size_t i = 0; i < columns; ++i) {
      const float forecast = naive.back().values[static_cast<std::size_t>(row) * width + i];
      errors[i] += std::abs(static_cast<double>(train.targets(row)[i]) - forecast);
    }
  }
  for (std::size_t i = 0; i < width; ++i) {
    result.naive_mae.push_back(errors[i % columns] / static_cast<double>(train.size()));
  }
  return result;
}

Report measure(WorkerTeam& team, const SequenceModelImpl& model, const LabelSet& labels,
               const EncodedDataset& data, const Calibration& calibration) {
  const Config& config = model.config().config;
  if (config.is_language_model()) {
    const TextScore found = team.read(cut_windows_to_measure(data));
    return score_text(data, found.loss, found.right);
  }
  if (config.is_sequence_to_sequence()) return score_sequences(data, team.write(data));
  if (!config.is_tagging()) {
    return score(config, labels, data, team.predict(data), target_deviations(model), calibration);
  }
  const TaggedRows found = team.tag(data);
  std::optional<double> loss;
  if (found.measured > 0) loss = found.loss / static_cast<double>(found.measured);
  return score_tags(labels, data, found.tags, found.row_labels, loss);
}

SequenceReport score_sequences(const EncodedDataset& data, const WrittenRows& written) {
  SequenceMetrics metrics;
  for (std::int64_t row = 0; row < data.size(); ++row) {
    const auto [source, target] = data.row(row).pair();
    metrics.add(written.texts[static_cast<std::size_t>(row)], target.ids);
  }
  return metrics.report(written.loss, written.right, written.tokens);
}

LanguageModelReport score_text(const EncodedDataset& lines, double loss, std::int64_t right) {
  std::int64_t unknown = 0;
  for (std::int64_t row = 0; row < lines.size(); ++row) {
    const auto ids = lines.ids(row);
    unknown += std::count_if(ids.begin(), ids.end(), is_unknown);
  }
  return language_model_report(lines.token_count(), loss, right, unknown);
}

namespace {

/// The labels of training, and behind them those that only the measured rows have: there, -n is the
/// n-th of these.
class LabelNumbers {
 public:
  LabelNumbers(std::vector<std::string> names, const std::vector<std::string>& unseen)
      : known_(std::ssize(names)), names_(std::move(names)) {
    names_.insert(names_.end(), unseen.begin(), unseen.end());
  }

  const std::vector<std::string>& names() const { return names_; }
  std::int32_t number(std::int32_t label) const {
    return label >= 0 ? label : static_cast<std::int32_t>(known_) - label - 1;
  }

  /// A row of `probabilities` [rows, known], and 0 for each unseen label.
  std::span<const float> row(const std::vector<float>& probabilities, std::int64_t row) {
    const auto begin = probabilities.begin() + row * known_;
    row_.assign(begin, begin + known_);
    row_.resize(names_.size(), 0.0F);
    return row_;
  }

 private:
  std::int64_t known_;
  std::vector<std::string> names_;
  std::vector<float> row_;
};

}  // namespace

TaggingReport score_tags(const LabelSet& labels, const EncodedDataset& data,
                         const std::vector<std::vector<std::int32_t>>& tags,
                         const std::vector<float>& row_labels, std::optional<double> loss) {
  const LabelNumbers of_tags(labels.names(), data.unseen().labels);
  TaggingMetrics metrics(of_tags.names());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    std::vector<std::int32_t> wanted(data.tags(row).begin(), data.tags(row).end());
    for (std::int32_t& tag : wanted) tag = of_tags.number(tag);
    metrics.add(tags[static_cast<std::size_t>(row)], wanted);
  }
  TaggingReport report = metrics.report(loss);
  if (row_labels.empty()) return report;
  LabelNumbers of_labels(labels.row_names(), data.unseen().row_labels);
  ClassificationMetrics of_rows(of_labels.names());
  std::int64_t right = 0;
  for (std::int64_t row = 0; row < data.size(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    const auto found = of_labels.row(row_labels, row);
    of_rows.add(found, of_labels.number(data.label(row)));
    const auto best = std::max_element(found.begin(), found.end()) - found.begin();
    right += best == data.label(row) && std::ranges::equal(tags[at], data.tags(row)) ? 1 : 0;
  }
  report.row_label = of_rows.report();
  report.row_accuracy = static_cast<double>(right) / static_cast<double>(data.size());
  return report;
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
             const Calibration& calibration) {
  if (config.is_multi_label()) {
    return label_metrics(labels, data, predictions).report(calibration.thresholds);
  }
  if (config.is_regression()) {
    const RegressionLoss loss{kind_of(config.loss()), deviations};
    RegressionReport report = score_numbers(labels, data, predictions, loss, calibration.naive_mae);
    add_curve(config, data, predictions, report);
    for (const NaiveForecast& naive : naive_forecasts(config, data)) {
      const RegressionReport found = score_numbers(labels, data, naive.values, loss);
      report.baselines.push_back({naive.name, found.rmse, found.mae});
    }
    return report;
  }
  LabelNumbers numbers(labels.names(), data.unseen().labels);
  ClassificationMetrics metrics(numbers.names());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(numbers.row(predictions, row), numbers.number(data.label(row)));
  }
  ClassificationReport report = metrics.report();
  if (config.ordinal() != nullptr) add_ordinal_values(report, ranks_of(config, labels));
  return report;
}

}  // namespace sequent
