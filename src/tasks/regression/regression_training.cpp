#include <algorithm>
#include <cmath>
#include <span>

#include "libtorch/device.h"
#include "tasks/regression/naive_forecast_training.h"
#include "tasks/regression/regression_metrics.h"
#include "tasks/row_training.h"
#include "train/fit_normalization.h"
#include "train/targets.h"
#include "train/transfer.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

RegressionLoss::Kind regression_loss_of(Loss loss) {
  if (loss == Loss::kMeanAbsoluteError) return RegressionLoss::Kind::kAbsolute;
  if (loss == Loss::kHuber) return RegressionLoss::Kind::kHuber;
  return RegressionLoss::Kind::kSquared;
}

/// `rows` and `predictions` are relative to the config's target_origin.
RegressionMetrics metrics_of(const Config& config, const MeasuredRows& rows,
                             const std::vector<float>& predictions, const RegressionLoss& loss) {
  const LabelSet& targets = rows.labels;
  const EncodedDataset& data = rows.data;
  RegressionMetrics metrics(targets.names(), loss, config.data.target_origin);
  const auto width = static_cast<std::size_t>(targets.size());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(std::span(predictions).subspan(static_cast<std::size_t>(row) * width, width),
                data.targets(row));
  }
  return metrics;
}

RegressionLoss loss_of(const Config& config, const WeightReader& weight) {
  RegressionLoss loss{regression_loss_of(config.loss()), {}};
  if (config.standardizes_targets()) {
    const std::size_t head = config.model.layers.size() - 1;
    const torch::Tensor kept = weight("layers." + std::to_string(head) + ".target_deviation");
    loss.deviations.assign(kept.data_ptr<float>(), kept.data_ptr<float>() + kept.numel());
  }
  return loss;
}

/// Adds the last forecasts of the first target as a curve without overlaps: each window contributes
/// the steps until the next window. Adds nothing if the windows are of several series.
void add_curve(const Config& config, const EncodedDataset& data,
               const std::vector<float>& predictions, RegressionReport& report) {
  constexpr std::size_t kMostPoints = 300;
  const auto* windows = std::get_if<WindowsFormat>(&config.data.format);
  const auto width = static_cast<std::int64_t>(report.per_target.size());
  if (windows == nullptr || windows->group || width % windows->horizon != 0) return;
  const std::int64_t columns = width / windows->horizon;
  const bool joins = windows->horizon % windows->stride == 0;
  const std::int64_t rows_apart = joins ? windows->horizon / windows->stride : 1;
  const std::vector<double>& origins = config.data.target_origin;
  const double origin = origins.empty() ? 0.0 : origins.front();  // of the first target's column
  report.curve_steps = joins ? windows->horizon : 1;
  for (std::int64_t row = 0; row < data.size(); row += rows_apart) {
    for (std::int64_t step = 0; step < report.curve_steps; ++step) {
      const auto at = static_cast<std::size_t>(step * columns);
      const float forecast = predictions[static_cast<std::size_t>(row * width) + at];
      report.curve.push_back({data.targets(row)[at] + origin, forecast + origin});
    }
  }
  const std::size_t count = report.curve.size();
  const auto extra = static_cast<std::ptrdiff_t>(count - std::min(count, kMostPoints));
  report.curve.erase(report.curve.begin(), report.curve.begin() + extra);
}

/// The values that the outputs are relative to (see Config::base_channels); undefined if outputs
/// are absolute.
/// Shapes: -> [B, targets].
torch::Tensor forecast_base(const Config& config, const Batch& batch) {
  const std::vector<std::int64_t> channels = config.base_channels();
  if (channels.empty()) return {};
  const torch::Tensor chosen = torch::tensor(channels, torch::kInt64).to(batch.input.device());
  return last_steps(batch.input, batch.lengths).index_select(1, chosen);
}

/// Returns the mean absolute error of the naive forecast one step ahead, for each target.
std::vector<double> naive_errors(const Config& config, const EncodedDataset& train) {
  std::vector<double> result;
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
    result.push_back(errors[i % columns] / static_cast<double>(train.size()));
  }
  return result;
}

/// `with_residuals`: adds what intervals are made of.
RegressionReport report_of(const Config& config, const MeasuredRows& rows,
                           const std::vector<float>& predictions, const WeightReader& weight,
                           bool with_residuals) {
  const RegressionLoss loss = loss_of(config, weight);
  const RegressionMetrics metrics = metrics_of(config, rows, predictions, loss);
  RegressionReport report = metrics.report(rows.calibration);
  add_curve(config, rows.data, predictions, report);
  for (const NaiveForecast& naive : naive_forecasts(config, rows.data)) {
    const RegressionReport found = metrics_of(config, rows, naive.values, loss).report();
    report.baselines.push_back({naive.name, found.rmse, found.mae});
  }
  if (with_residuals) report.residuals = metrics.residuals();
  return report;
}

class RegressionTraining : public RowTrainingTask {
 public:
  /// Sets mean and deviation of the targets.
  void start_weights(const PreparedData& data, SequenceModelImpl& model) const override {
    fit_targets(data.train, model);
  }

  /// Targets have no labels; the same number of targets is assumed to mean the same targets.
  std::int64_t take_head(const LoadedRun& origin, const LabelSet& labels,
                         SequenceModelImpl& model) const override {
    if (origin.text.labels.size() != labels.size()) return 0;
    return copy_outputs(*origin.model->layers().back(), *model.layers().back(),
                        pair_first(labels.size()));
  }

  torch::Tensor predictions(const SequenceModelImpl& model, const Batch& batch,
                            const torch::Tensor& output) const override {
    const auto* last = model.head<DenseImpl>();
    const bool standardized = last->target_mean.defined();
    const torch::Tensor values =
        standardized ? output * last->target_deviation + last->target_mean : output;
    const torch::Tensor base = forecast_base(model.config().config, batch);
    return (base.defined() ? values + base : values).to(torch::kFloat32);
  }

  std::vector<double> calibrate(const Config& config, const EncodedDataset& train) const override {
    return naive_errors(config, train);
  }

  /// Intervals depend on the errors on the validation rows.
  std::optional<Report> calibrated_report(WorkerPool& pool,
                                          const MeasuredRows& validation) const override {
    return report_of_predictions(pool.model(), validation, pool.predict(validation.data));
  }

  Report report_of_predictions(const SequenceModelImpl& model, const MeasuredRows& rows,
                               const std::vector<float>& predictions) const override {
    const WeightReader weight = [&](const std::string& name) {
      return model.named_parameters()[name].detach().cpu().contiguous();
    };
    return to_report(report_of(model.config().config, rows, predictions, weight,
                               /*with_residuals=*/true));
  }

  Facts data_facts(const PreparedData& data) const override {
    Facts facts = TrainingTask::data_facts(data);
    facts.emplace_back("Targets", std::to_string(data.labels.size()));
    return facts;
  }

 protected:
  torch::Tensor loss_targets(const SequenceModelImpl& model, const BatchPart& part) const override {
    const torch::Tensor targets =
        send_to(target_values(part.data, part.rows), part.batch.input.device());
    const torch::Tensor base = forecast_base(model.config().config, part.batch);
    return base.defined() ? targets - base : targets;
  }

  Report score(const Config& config, const MeasuredRows& rows,
               const std::vector<float>& predictions, const WeightReader& weight) const override {
    return to_report(report_of(config, rows, predictions, weight, /*with_residuals=*/false));
  }

  /// Values may have any magnitude: their unit is the deviation of the training targets plus a
  /// fraction of the value, because a 32-bit float has only 7 digits.
  torch::Tensor difference_unit(const SequenceModelImpl& model,
                                const torch::Tensor& expected) const override {
    constexpr double kShareOfSize = 0.05;
    const torch::Tensor& deviation = model.head<DenseImpl>()->target_deviation;
    const torch::Tensor scale = deviation.defined() ? deviation.cpu() : torch::ones({1});
    return scale + kShareOfSize * expected.abs();
  }
};

}  // namespace

const TrainingTask& regression_training() {
  static const RegressionTraining task;
  return task;
}

}  // namespace sequent
