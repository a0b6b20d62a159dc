// The metrics of two models on the same rows, with the intervals of their differences.
#pragma once

#include <string>
#include <vector>

#include "metrics/significance.h"
#include "train/row_predictions.h"

namespace sequent {

struct ComparedMetric {
  std::string key;    // as in reports
  std::string title;  // for people
  double a = 0;
  double b = 0;
  Interval interval;  // 95 %, of b - a, by the paired bootstrap
  bool greater_is_better = true;
};

/// Returns 1 for each row whose label, or set of labels, is right, otherwise 0.
std::vector<double> row_hits(const RowPredictions& found);

/// Returns the metrics of the same rows: of labels, the accuracy and the macro F1; of sets of
/// labels, also the micro F1, where the accuracy is the share of rows with exactly the right
/// labels; of numbers, MAE and RMSE. Requires at least one row.
std::vector<ComparedMetric> compare_metrics(const RowPredictions& a, const RowPredictions& b);

}  // namespace sequent
