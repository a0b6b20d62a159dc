// The quality of predicted tags.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json_fields.h"
#include "metrics/class_report.h"
#include "sequent/report.h"
#include "sequent/tags.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {

/// The metrics of a tagger on one data set. A span (see TagSet) is found if a predicted span has
/// the same begin, end and type; precision, recall and F1 of spans equal those of conlleval.
struct TaggingReport {
  std::int64_t count = 0;  // rows
  std::int64_t tokens = 0;
  std::optional<double> loss;  // -ln p of the rows' tags, per token, without rows that have a tag
                               // unseen in training; nothing if p is not known
  double accuracy = 0;         // of tokens
  double precision = 0;        // of predicted spans; 0 if there are none
  double recall = 0;           // of true spans; 0 if there are none
  double f1 = 0;
  double macro_f1 = 0;                // mean over the types that are true or predicted somewhere
  std::vector<ClassReport> per_type;  // `support`: true spans

  /// If rows also have a label: the metrics of these labels, and the share of rows whose label and
  /// tags are all correct.
  std::optional<ClassificationReport> sequence_label;
  std::optional<double> sequence_accuracy;
  bool operator==(const TaggingReport&) const = default;
};

/// Collects predicted tags and computes their report.
class TaggingMetrics {
 public:
  explicit TaggingMetrics(const std::vector<std::string>& tags);

  /// Adds one row. Shapes: predicted, truths [steps]. Range: 0..tags-1.
  /// Errors: Internal for another shape.
  void add(std::span<const std::int32_t> predicted, std::span<const std::int32_t> truths);

  /// `loss`: see TaggingReport. Errors: Data if no row was added.
  TaggingReport report(std::optional<double> loss) const;

 private:
  struct Counts {
    std::int64_t found = 0;      // spans that are predicted and true
    std::int64_t predicted = 0;  // spans
    std::int64_t truths = 0;
  };
  TagSet tags_;
  std::vector<Counts> of_type_;
  std::int64_t rows_ = 0;
  std::int64_t tokens_ = 0;
  std::int64_t right_tokens_ = 0;
};

/// Returns the report of these metrics. Its JSON is the output of sequent evaluate --json.
Report to_report(const TaggingReport& report);

/// Parses what report_to_json wrote. Errors: Artifact.
TaggingReport tagging_report_from(const JsonFields& fields);

}  // namespace sequent
