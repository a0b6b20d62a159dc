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

}  // namespace sequent
