// The quality of predicted numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json_fields.h"
#include "sequent/report.h"

namespace sequent {

/// One of several targets.
struct TargetReport {
  std::string name;
  double rmse = 0;
  double mae = 0;
  std::optional<double> r2;
  std::optional<double> naive_mae;  // of windows: see RegressionReport::mase
  bool operator==(const TargetReport&) const = default;
};

/// A true number and its forecast.
struct ForecastPoint {
  double truth = 0;
  double forecast = 0;
  bool operator==(const ForecastPoint&) const = default;
};

/// A naive forecast on the same rows.
struct BaselineReport {
  std::string name;
  double rmse = 0;
  double mae = 0;
  bool operator==(const BaselineReport&) const = default;
};

/// An order statistic of each target's absolute errors; see ranked_values.
struct ResidualRow {
  std::int64_t rank = 0;
  std::vector<double> errors;  // [targets]
  bool operator==(const ResidualRow&) const = default;
};

/// The metrics of a regression on one data set, in the targets' units; names and values follow
/// scikit-learn and SciPy. With several targets, squared and absolute errors are averaged over all
/// numbers, other metrics over the targets.
struct RegressionReport {
  std::int64_t count = 0;
  double loss = 0;  // the training loss, in its units: see RegressionLoss
  double mse = 0;
  double rmse = 0;
  double mae = 0;
  std::optional<double> mape;      // mean |error / truth|, a share; nothing if a truth is 0
  std::optional<double> mase;      // of windows: MAE / that of the naive forecast, one step ahead,
                                   // on the training windows (Hyndman and Koehler 2006)
  std::optional<double> r2;        // nothing if a target is constant
  std::optional<double> pearson;   // nothing if a target or its predictions are
  std::optional<double> spearman;  // likewise; equal values share their mean rank
  std::vector<TargetReport> per_target;
  std::vector<BaselineReport> baselines;  // for windows of a series; else none
  std::vector<ForecastPoint> curve;       // of windows of one series: the end of the first target's
  std::int64_t curve_steps = 1;           // of the curve: forecast at a time
  std::vector<ResidualRow> residuals;     // of the validation rows at the end of training
  bool operator==(const RegressionReport&) const = default;
};

/// The loss of a prediction, with its target's deviation d in the training data (1 if targets are
/// not standardized) and e = (prediction - truth) / d: e^2, |e|, or Huber's loss with its
/// transition at 1.
struct RegressionLoss {
  enum class Kind { kSquared, kAbsolute, kHuber };
  Kind kind = Kind::kSquared;
  std::vector<float> deviations;  // of each target; empty: all 1
};

/// Collects predicted numbers and computes their report.
class RegressionMetrics {
 public:
  /// All values and truths are relative to `origin`, one number per target (empty: 0).
  /// Errors: Internal if there are no targets, or for another number of deviations.
  RegressionMetrics(std::vector<std::string> targets, RegressionLoss loss,
                    std::vector<double> origin = {});

  /// Adds one row. Shapes: values, truths [targets].
  /// Errors: Numeric if a value is not finite; Internal for another shape.
  void add(std::span<const float> values, std::span<const float> truths);

  /// `naive_mae`: see Calibration. Errors: Data if no row was added.
  RegressionReport report(const std::vector<double>& naive_mae = {}) const;

  /// Returns order statistics of the absolute errors, at most 10,000 numbers.
  std::vector<ResidualRow> residuals() const;

 private:
  std::vector<std::string> targets_;
  RegressionLoss loss_;
  std::vector<double> origin_;
  std::vector<float> values_;  // [rows, targets]
  std::vector<float> truths_;  // [rows, targets]
};

/// The key of a target's column in the table `residuals` of a report.
std::string residual_key(std::size_t target);

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const RegressionReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
RegressionReport regression_report_from(const JsonFields& fields);

}  // namespace sequent
