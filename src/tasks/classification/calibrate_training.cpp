#include "tasks/classification/calibrate_training.h"

#include <algorithm>
#include <utility>

#include "core/format.h"
#include "metrics/conformal.h"
#include "metrics/temperature.h"
#include "sequent/log.h"
#include "tasks/classification/classification_training.h"
#include "train/batching.h"

namespace sequent {
namespace {

/// Returns the logits of a batch. Shapes: -> [B, C] float32 on the CPU; a sigmoid head has the
/// logits 0 and its output.
torch::Tensor logits_of_batch(WorkerPool& pool, const EncodedDataset& data,
                              const std::vector<std::size_t>& rows) {
  const torch::NoGradGuard no_gradient;
  SequenceModelImpl& model = pool.model();
  torch::Tensor logits = model.forward(without_noise(pool.make_batch(data, rows)));
  logits = logits.to(torch::kFloat32).cpu();
  if (model.config().is_binary()) logits = torch::cat({torch::zeros_like(logits), logits}, 1);
  return logits.contiguous();
}

/// Returns the logits of the rows whose label the model knows; of many rows with many labels, only
/// of every n-th row.
LogitRows logits_of(WorkerPool& pool, const LabelSet& labels, const EncodedDataset& data) {
  constexpr std::int64_t kMostValues = 8'000'000;
  const std::int64_t classes = labels.size();
  const std::int64_t stride = std::max<std::int64_t>(1, data.size() * classes / kMostValues);
  LogitRows rows{static_cast<std::size_t>(classes), {}, {}};
  std::vector<std::int64_t> place(static_cast<std::size_t>(data.size()), -1);
  for (std::int64_t row = 0; row < data.size(); row += stride) {
    if (data.label(row) < 0) continue;
    place[static_cast<std::size_t>(row)] = static_cast<std::int64_t>(rows.truths.size());
    rows.truths.push_back(data.label(row));
  }
  rows.logits.resize(rows.size() * rows.classes);
  for_each_batch(data, scored_tokens(classes, kEvaluationTokens), pool.runner(),
                 [&](std::size_t, const std::vector<std::size_t>& numbers) {
                   const torch::Tensor logits = logits_of_batch(pool, data, numbers);
                   const float* from = logits.data_ptr<float>();
                   for (const std::size_t number : numbers) {
                     if (place[number] >= 0) {
                       std::copy_n(from, classes, rows.logits.begin() + place[number] * classes);
                     }
                     from += classes;
                   }
                 });
  return rows;
}

std::string change_text(const std::string& name, double before, double after) {
  return name + " " + format_metric(before) + " -> " + format_metric(after);
}

/// Returns whether a temperature can be fitted, and logs why if it cannot.
bool can_fit(const Config& config, std::int64_t rows) {
  const Calibration kind = config.training.calibration;
  if (kind == Calibration::kNone || config.ordinal() != nullptr) return false;
  if (kind == Calibration::kAuto && rows < kCalibrationRows) {
    log_info("calibration: none, because there are " + std::to_string(rows) +
             " validation rows; at least " + std::to_string(kCalibrationRows) + " are needed");
    return false;
  }
  if (rows < kCalibrationRows) {
    log_warning("calibration: " + std::to_string(rows) +
                " validation rows say little about probabilities; at least " +
                std::to_string(kCalibrationRows) + " are recommended");
  }
  constexpr std::int64_t kFewest = 2;
  return rows >= kFewest;
}

CalibrationReport fit_calibration(const Config& config, const LogitRows& rows) {
  CalibrationReport report;
  report.rows = static_cast<std::int64_t>(rows.size());
  if (report.rows == 0) return report;
  const ProbabilityQuality before = tempered_quality(rows, 1);
  report.loss_before = before.loss;
  report.brier_before = before.brier;
  report.ece_before = before.ece;
  if (!can_fit(config, report.rows)) return report;
  const ProbabilityQuality after = cross_fitted_quality(rows);
  if (config.training.calibration == Calibration::kAuto && after.loss >= before.loss) {
    log_info("calibration: none, because no temperature lowers the loss on other rows");
    return report;
  }
  report.temperature = fit_temperature(rows);
  report.loss_after = after.loss;
  report.brier_after = after.brier;
  report.ece_after = after.ece;
  log_info("calibration: temperature " + format_metric(report.temperature) + ", from " +
           std::to_string(report.rows) + " validation rows; on rows it was not fitted on: " +
           change_text("calibration error", before.ece, after.ece) + ", " +
           change_text("Brier score", before.brier, after.brier) + ", " +
           change_text("loss", before.loss, after.loss));
  return report;
}

/// Collects the conformal scores of the true classes.
class TrueScores {
 public:
  explicit TrueScores(std::int64_t rows)
      : lac_(static_cast<std::size_t>(rows)), aps_(static_cast<std::size_t>(rows)) {}

  /// A label that the model does not know has the greatest score. Threads: different rows can be
  /// set at the same time.
  void set(std::size_t row, std::span<const float> probabilities, std::int64_t truth) {
    const auto score = [&](ConformalScore kind) {
      return truth < 0 ? 1.0
                       : conformal_scores(kind, probabilities)[static_cast<std::size_t>(truth)];
    };
    lac_[row] = score(ConformalScore::kLac);
    aps_[row] = score(ConformalScore::kAps);
  }

  std::vector<ConformalRow> rows() const {
    const std::vector<RankedValue> lac = ranked_values(lac_);
    const std::vector<RankedValue> aps = ranked_values(aps_);
    std::vector<ConformalRow> rows;
    for (std::size_t i = 0; i < lac.size(); ++i) {
      rows.push_back({lac[i].rank, lac[i].value, aps[i].value});
    }
    return rows;
  }

 private:
  std::vector<double> lac_;
  std::vector<double> aps_;
};

/// Makes the report of validation rows from their probabilities.
class ValidationScorer {
 public:
  ValidationScorer(const Config& config, const LabelSet& labels, const EncodedDataset& data)
      : data_(data), scorer_(config, labels, data), scores_(data.size()) {}

  /// Threads: different rows can be added at the same time.
  void add(std::size_t row, std::span<const float> probabilities) {
    scorer_.add(row, probabilities);
    scores_.set(row, probabilities, data_.label(static_cast<std::int64_t>(row)));
  }

  ClassificationReport report() const {
    ClassificationReport report = scorer_.classification_report();
    report.conformal = scores_.rows();
    return report;
  }

 private:
  const EncodedDataset& data_;
  ClassScorer scorer_;
  TrueScores scores_;
};

}  // namespace

void divide_logits(SequenceModelImpl& model, double temperature) {
  const torch::NoGradGuard no_gradient;
  auto* head = model.head<DenseImpl>();
  if (head == nullptr) throw Error(ErrorKind::kInternal, "", "only a dense layer has logits");
  head->weight.mul_(1 / temperature);
  head->bias.mul_(1 / temperature);
}

ClassificationReport calibrate_classifier(WorkerPool& pool, const LabelSet& labels,
                                          const EncodedDataset& validation) {
  const Config& config = pool.model().config().config;
  const CalibrationReport calibration =
      fit_calibration(config, logits_of(pool, labels, validation));
  if (calibration.temperature != 1) divide_logits(pool.model(), calibration.temperature);

  const auto classes = static_cast<std::size_t>(labels.size());
  ValidationScorer scorer(config, labels, validation);
  for_each_batch(validation, scored_tokens(labels.size(), kEvaluationTokens), pool.runner(),
                 [&](std::size_t, const std::vector<std::size_t>& numbers) {
                   const torch::Tensor found = pool.predict(validation, numbers);
                   const float* from = found.data_ptr<float>();
                   for (const std::size_t row : numbers) {
                     scorer.add(row, std::span<const float>(from, classes));
                     from += classes;
                   }
                 });
  ClassificationReport report = scorer.report();
  report.calibration = calibration;
  return report;
}

ClassificationReport report_of_probabilities(const Config& config, const LabelSet& labels,
                                             const EncodedDataset& validation,
                                             const std::vector<float>& probabilities) {
  const auto classes = static_cast<std::size_t>(labels.size());
  ValidationScorer scorer(config, labels, validation);
  for (std::size_t row = 0; row < static_cast<std::size_t>(validation.size()); ++row) {
    scorer.add(row, std::span(probabilities).subspan(row * classes, classes));
  }
  ClassificationReport report = scorer.report();
  CalibrationReport calibration;
  calibration.rows = validation.size();
  calibration.loss_before = report.loss;
  calibration.brier_before = report.brier.value_or(0);
  calibration.ece_before = report.ece.value_or(0);
  report.calibration = calibration;
  return report;
}

}  // namespace sequent
