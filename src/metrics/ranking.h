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

}  // namespace sequent
