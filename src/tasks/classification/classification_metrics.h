// How good the predicted labels are.
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
  double top_k_accuracy = 0;  // true class among the top_k most probable
  std::int64_t top_k = 0;     // min(3, classes - 1), at least 1
  AverageReport macro;
  AverageReport micro;
  AverageReport weighted;
  std::optional<double> roc_auc;            // two classes: of the second; more: one-vs-rest, macro
  std::optional<double> average_precision;  // likewise; both nothing where a class is missing
  std::optional<double> balanced_accuracy;  // mean recall of the classes that rows have
  double matthews = 0;                      // 0 where truth or prediction knows only one class
  std::optional<double> rank_mae;           // of classes with an order: mean distance of the ranks
  std::optional<double> quadratic_kappa;    // likewise: Cohen's kappa with squared distances
  std::vector<ClassReport> per_class;
  std::vector<std::vector<std::int64_t>> confusion;  // [true][predicted]
  bool operator==(const ClassificationReport&) const = default;
};

/// Collects predictions and gives their report.
class ClassificationMetrics {
 public:
  /// Errors: Internal with fewer than two labels.
  explicit ClassificationMetrics(std::vector<std::string> labels);

  /// Adds one row. Shapes: probabilities [classes], summing to 1. Range: truth 0..classes-1.
  /// The predicted class is the most probable one, the first among equals.
  /// Errors: Numeric if a probability is not finite; Internal for another shape or range.
  void add(std::span<const float> probabilities, std::int64_t truth);

  /// As if the other's rows had been added after these. Errors: Internal for other labels.
  void merge(const ClassificationMetrics& other);

  /// Errors: Data if no row was added.
  ClassificationReport report() const;

 private:
  std::vector<std::string> labels_;
  std::vector<float> probabilities_;  // [rows, classes]
  std::vector<std::int64_t> truths_;  // [rows]
};

/// Sets what needs the order of the classes. Shapes: ranks [classes], each of 0..classes-1 once.
/// Source: scikit-learn's cohen_kappa_score with quadratic weights (Cohen 1968).
void add_ordinal_values(ClassificationReport& report, std::span<const std::int64_t> ranks);

/// The report of these metrics. In JSON as sequent evaluate --json prints it.
Report to_report(const ClassificationReport& report);

/// Reads what report_to_json wrote. Errors: Artifact.
ClassificationReport classification_report_from(const JsonFields& fields);

/// The sections of the report, where it is a part of another.
std::vector<ReportSection> report_sections(const ClassificationReport& report);

}  // namespace sequent
