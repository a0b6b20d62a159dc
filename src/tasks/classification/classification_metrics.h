// The quality of predicted labels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json_fields.h"
#include "metrics/class_report.h"
#include "metrics/confidence.h"
#include "metrics/confusion.h"
#include "sequent/report.h"

namespace sequent {

struct Abstention;

/// How the probabilities were calibrated after training. The values `after` are cross-fitted: each
/// row is measured with a temperature that was fitted on other rows.
struct CalibrationReport {
  std::int64_t rows = 0;                   // validation rows that were used
  double temperature = 1;                  // the logits are divided by it; 1: nothing is changed
  double loss_before = 0;                  // see ClassificationReport::loss
  double brier_before = 0;                 // see brier_score
  double ece_before = 0;                   // see expected_calibration_error
  std::optional<double> loss_after;        // nothing if no temperature was fitted
  std::optional<double> brier_after;       // likewise
  std::optional<double> ece_after;         // likewise
  std::optional<double> abstain_below;     // of an archive: predictions below this are uncertain
  std::optional<double> abstain_coverage;  // share of the validation rows that are not below
  std::optional<double> abstain_accuracy;  // of these
  bool operator==(const CalibrationReport&) const = default;
};

/// An order statistic of the conformal scores of the true classes; see ranked_values.
struct ConformalRow {
  std::int64_t rank = 0;
  double lac = 0;
  double aps = 0;
  bool operator==(const ConformalRow&) const = default;
};

/// The metrics of a classifier on one data set; names and values follow scikit-learn.
struct ClassificationReport {
  std::int64_t count = 0;
  double loss = 0;  // mean -ln p of the true class, without smoothing and class weights
  double accuracy = 0;
  double top_k_accuracy = 0;  // the true class is among the top_k most probable
  std::int64_t top_k = 0;     // min(3, classes - 1), at least 1
  AverageReport macro;
  AverageReport micro;
  AverageReport weighted;
  std::optional<double> roc_auc;            // two classes: of the second; more: one-vs-rest, macro
  std::optional<double> average_precision;  // likewise; both nothing if a class has no rows, or
                                            // with more than kMostRanked classes
  std::optional<double> balanced_accuracy;  // mean recall of the classes that have rows
  double matthews = 0;             // 0 if the true or predicted labels contain only one class
  std::optional<double> rank_mae;  // of ordered classes: mean distance of the ranks
  std::optional<double> quadratic_kappa;  // likewise: Cohen's kappa with squared distances
  std::optional<double> ece;              // see expected_calibration_error
  std::optional<double> brier;            // mean of brier_score
  std::optional<double> aurc;             // see RiskCoverage::area
  std::vector<ClassReport> per_class;
  ConfusionMatrix confusion;
  std::vector<ReliabilityBin> reliability;       // see reliability_bins
  std::vector<CoveragePoint> risk_coverage;      // at most 100 points, by ascending coverage
  std::optional<CalibrationReport> calibration;  // of the validation rows at the end of training
  std::vector<ConformalRow> conformal;           // likewise
  bool operator==(const ClassificationReport&) const = default;
};

/// Collects predictions and computes their report.
class ClassificationMetrics {
 public:
  /// With more classes than this, there are no ranking metrics, which need all probabilities of all
  /// rows.
  static constexpr std::size_t kMostRanked = 1000;

  /// Errors: Internal with fewer than two labels.
  explicit ClassificationMetrics(std::vector<std::string> labels);

  /// Adds one row. The predicted class is the most probable one; ties keep the class order.
  /// Shapes: probabilities [classes], summing to 1. Range: truth 0..classes-1.
  /// Errors: Numeric if a probability is not finite; Internal for another shape or range.
  void add(std::span<const float> probabilities, std::int64_t truth);

  /// Makes room for this many rows, all of which must be set.
  void resize(std::size_t rows);
  /// Sets a row as add() does. Threads: different rows can be set at the same time.
  void set(std::size_t row, std::span<const float> probabilities, std::int64_t truth);

  /// Adds the rows of `other` after these. Errors: Internal for other labels.
  void merge(const ClassificationMetrics& other);

  /// Errors: Data if no row was added.
  ClassificationReport report() const;

 private:
  /// What the report needs of a row.
  struct Outcome {
    std::int64_t truth = -1;
    std::int64_t predicted = 0;
    std::int64_t rank = 0;  // of the true class by descending probability
    double loss = 0;
    double brier = 0;
    float confidence = 0;
  };
  bool ranks() const { return labels_.size() <= kMostRanked; }
  void check(std::size_t row, std::span<const float> probabilities, std::int64_t truth) const;
  void count_outcomes(ClassificationReport& report) const;
  void rank_rows(ClassificationReport& report) const;
  void rate_confidence(ClassificationReport& report) const;

  std::vector<std::string> labels_;
  std::vector<Outcome> outcomes_;     // [rows]
  std::vector<float> probabilities_;  // [rows, classes]; empty without ranking metrics
};

/// Sets the metrics that depend on the order of the classes. Shapes: ranks [classes], each of
/// 0..classes-1 once. Source: scikit-learn's cohen_kappa_score with quadratic weights (Cohen 1968).
void add_ordinal_values(ClassificationReport& report, std::span<const std::int64_t> ranks);

/// Sets the threshold of a report's calibration. Errors: Artifact if the report has none, as those
/// of earlier versions; Usage if no threshold reaches the precision.
Report add_abstention(Report report, const Abstention& abstention);

/// Returns at most 100 points of the curve, at equally distant coverages.
std::vector<CoveragePoint> some_points(const std::vector<CoveragePoint>& points);

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const ClassificationReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
ClassificationReport classification_report_from(const JsonFields& fields);

/// The sections about the confidence of predictions: reliability, coverage, calibration and
/// conformal scores.
std::vector<ReportSection> confidence_sections(const ClassificationReport& report);

/// Reads what confidence_sections returned. Errors: Artifact.
void read_confidence(const JsonFields& fields, ClassificationReport& report);

/// The sections of the report, for reports that contain it.
std::vector<ReportSection> report_sections(const ClassificationReport& report);

}  // namespace sequent
