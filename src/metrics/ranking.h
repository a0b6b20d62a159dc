// Metrics of an order: how well scores put the rows of one class before the others.
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

/// Area under the ROC curve and average precision of `rows`, both from one sort. Equal scores count
/// as one step: half a pair won each in the AUC, one point of the precision-recall curve.
/// Needs: at least one positive and one negative row.
/// Source: scikit-learn's roc_auc_score and average_precision_score (no interpolation).
RankingQuality ranking_quality(std::vector<ScoredRow> rows);

}  // namespace sequent
