// The quality of predicted sets of labels.
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

struct LabelReport : ClassReport {
  double threshold = 0.5;  // the label is predicted at or above this probability
  bool operator==(const LabelReport&) const = default;
};

/// The metrics of a multi-label classifier; names and values follow scikit-learn.
struct MultiLabelReport {
  std::int64_t count = 0;
  double loss = 0;          // mean over rows and labels of the binary cross-entropy
  double accuracy = 0;      // share of rows with exactly the right labels
  double hamming_loss = 0;  // share of wrong decisions, over rows and labels
  AverageReport micro;
  AverageReport macro;
  AverageReport weighted;
  AverageReport samples;                    // mean over the rows
  std::optional<double> roc_auc;            // macro; nothing if a label has all rows or none
  std::optional<double> average_precision;  // likewise
  std::vector<LabelReport> per_label;
  bool operator==(const MultiLabelReport&) const = default;
};

/// Collects the probabilities of labels and computes their report.
class MultiLabelMetrics {
 public:
  /// Errors: Internal if there are no labels.
  explicit MultiLabelMetrics(std::vector<std::string> labels);

  /// Adds one row. Shapes: probabilities, truths [labels]; truths: 1 or 0.
  /// Errors: Numeric if a probability is not finite; Internal for another shape.
  void add(std::span<const float> probabilities, std::span<const float> truths);

  /// Returns for each label the threshold with the greatest F1 on these rows; ties choose the one
  /// nearest to 0.5. A label that no row or every row has gets 0.5. Source: Lipton et al. 2014.
  std::vector<double> best_thresholds() const;

  /// `thresholds`: one for each label; empty: 0.5. Errors: Data if no row was added; Internal for
  /// another number of thresholds.
  MultiLabelReport report(const std::vector<double>& thresholds = {}) const;

 private:
  std::vector<std::string> labels_;
  std::vector<float> probabilities_;  // [rows, labels]
  std::vector<float> truths_;         // [rows, labels]
};

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const MultiLabelReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
MultiLabelReport multi_label_report_from(const JsonFields& fields);

}  // namespace sequent
