// Ranking metrics, which measure how well scores rank the rows of one class above the others.
#pragma once

#include <vector>

namespace sequent {

struct ScoredRow {
  float score = 0;
  bool positive = false;
};

struct RankingQuality {
  double roc_auc = 0;
  double average_precision = 0;
};

/// Returns the area under the ROC curve and the average precision of `rows`, both from one sort.
/// Equal scores count as one step: half a pair each in the AUC, and one point of the
/// precision-recall curve.
/// Requires at least one positive and one negative row.
/// Source: scikit-learn's roc_auc_score and average_precision_score (no interpolation).
RankingQuality ranking_quality(std::vector<ScoredRow> rows);

/// The quality of predicting a class for the rows whose score reaches a threshold.
struct OperatingPoint {
  double threshold = 0;
  double precision = 0;
  double recall = 0;               // share of the positive rows that are predicted
  double false_positive_rate = 0;  // likewise, of the negative rows
  /// The harmonic mean of precision and recall.
  double f1() const;
};

/// Returns one point for each distinct score, in descending order. Requires at least one positive
/// and one negative row. Source: scikit-learn's precision_recall_curve and roc_curve.
std::vector<OperatingPoint> operating_points(std::vector<ScoredRow> rows);

}  // namespace sequent
