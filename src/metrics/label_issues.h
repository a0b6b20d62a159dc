// Rows whose label is probably wrong, by confident learning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sequent/report.h"

namespace sequent {

struct LabelProbability {
  std::int32_t label = 0;
  float probability = 0;
};

/// A row's label and what a model that was not trained on the row says about it.
struct JudgedLabel {
  std::int32_t label = 0;
  float probability = 0;               // of the row's label
  std::vector<LabelProbability> best;  // the most probable labels, in descending order
};

/// Keeps the most probable labels of a row, which bounds the memory of many rows.
JudgedLabel judge_label(std::int32_t label, std::span<const float> probabilities);

struct LabelIssue {
  std::size_t row = 0;         // index into the judged rows
  std::int32_t suggested = 0;  // the label that the row probably has
  double margin = 0;           // probability of the suggested label minus that of the row's label
};

struct LabelIssues {
  std::vector<double> thresholds;  // of each label: the mean probability of the label in its rows
  std::vector<LabelIssue> issues;  // by falling margin, then by row
  std::vector<MatrixCell> counts;  // of issues, by the row's label and the suggested one
};

/// Finds the rows off the diagonal of the confident joint: a row counts for the most probable of
/// the labels whose probability reaches the label's threshold; it is an issue if that is another
/// label than its own.
///
/// Source: Northcutt et al. 2021, "Confident Learning", method C_confusion; the joint is not
/// calibrated, because only its rows are used.
LabelIssues find_label_issues(const std::vector<JudgedLabel>& rows, std::size_t labels);

}  // namespace sequent
