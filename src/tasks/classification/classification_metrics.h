// The quality of predicted labels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json_fields.h"
#include "metrics/class_report.h"
#include "sequent/report.h"

namespace sequent {

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
  std::optional<double> average_precision;  // likewise; both nothing if a class has no rows
  std::optional<double> balanced_accuracy;  // mean recall of the classes that have rows
  double matthews = 0;             // 0 if the true or predicted labels contain only one class
  std::optional<double> rank_mae;  // of ordered classes: mean distance of the ranks
  std::optional<double> quadratic_kappa;  // likewise: Cohen's kappa with squared distances
  std::vector<ClassReport> per_class;
  std::vector<std::vector<std::int64_t>> confusion;  // [true][predicted]
  bool operator==(const ClassificationReport&) const = default;
};

/// Collects predictions and computes their report.
class ClassificationMetrics {
 public:
  /// Errors: Internal with fewer than two labels.
  explicit ClassificationMetrics(std::vector<std::string> labels);

  /// Adds one row. The predicted class is the most probable one; ties keep the class order.
  /// Shapes: probabilities [classes], summing to 1. Range: truth 0..classes-1.
  /// Errors: Numeric if a probability is not finite; Internal for another shape or range.
  void add(std::span<const float> probabilities, std::int64_t truth);

  /// Adds the rows of `other` after these. Errors: Internal for other labels.
  void merge(const ClassificationMetrics& other);

  /// Errors: Data if no row was added.
  ClassificationReport report() const;

 private:
  std::vector<std::string> labels_;
  std::vector<float> probabilities_;  // [rows, classes]
  std::vector<std::int64_t> truths_;  // [rows]
};

/// Sets the metrics that depend on the order of the classes. Shapes: ranks [classes], each of
/// 0..classes-1 once. Source: scikit-learn's cohen_kappa_score with quadratic weights (Cohen 1968).
void add_ordinal_values(ClassificationReport& report, std::span<const std::int64_t> ranks);

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const ClassificationReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
ClassificationReport classification_report_from(const JsonFields& fields);

/// The sections of the report, for reports that contain it.
std::vector<ReportSection> report_sections(const ClassificationReport& report);

}  // namespace sequent
