#include "metrics/ranking.h"

#include <algorithm>
#include <cstddef>

namespace sequent {

RankingQuality ranking_quality(std::vector<ScoredRow> rows) {
  std::sort(rows.begin(), rows.end(),
            [](const ScoredRow& a, const ScoredRow& b) { return a.score > b.score; });
  double positives = 0;  // so far, in descending order of the score
  double negatives = 0;
  double pairs_won = 0;  // (positive, negative) pairs in the right order; equal scores count half
  double precision_sum = 0;
  for (std::size_t begin = 0; begin < rows.size();) {
    double equal_positives = 0;
    double equal_negatives = 0;
    std::size_t end = begin;
    for (; end < rows.size() && rows[end].score == rows[begin].score; ++end) {
      (rows[end].positive ? equal_positives : equal_negatives) += 1;
    }
    pairs_won += equal_negatives * (positives + equal_positives / 2);
    positives += equal_positives;
    negatives += equal_negatives;
    precision_sum += equal_positives * positives / (positives + negatives);
    begin = end;
  }
  return {.roc_auc = pairs_won / (positives * negatives),
          .average_precision = precision_sum / positives};
}

double OperatingPoint::f1() const {
  return recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
}

std::vector<OperatingPoint> operating_points(std::vector<ScoredRow> rows) {
  std::sort(rows.begin(), rows.end(),
            [](const ScoredRow& a, const ScoredRow& b) { return a.score > b.score; });
  const auto all_positives = static_cast<double>(
      std::count_if(rows.begin(), rows.end(), [](const ScoredRow& row) { return row.positive; }));
  const double all_negatives = static_cast<double>(rows.size()) - all_positives;
  std::vector<OperatingPoint> points;
  double positives = 0;
  double negatives = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    (rows[i].positive ? positives : negatives) += 1;
    if (i + 1 < rows.size() && rows[i + 1].score == rows[i].score) continue;
    points.push_back({.threshold = rows[i].score,
                      .precision = positives / (positives + negatives),
                      .recall = positives / all_positives,
                      .false_positive_rate = negatives / all_negatives});
  }
  return points;
}

}  // namespace sequent
