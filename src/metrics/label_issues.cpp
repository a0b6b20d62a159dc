#include "metrics/label_issues.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace sequent {

JudgedLabel judge_label(std::int32_t label, std::span<const float> probabilities) {
  constexpr std::size_t kMostLabels = 16;
  std::vector<std::int32_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  const auto kept = std::min(order.size(), kMostLabels);
  const auto at = [&](std::int32_t i) { return probabilities[static_cast<std::size_t>(i)]; };
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
      [&](std::int32_t a, std::int32_t b) { return at(a) != at(b) ? at(a) > at(b) : a < b; });
  JudgedLabel result{label, at(label), {}};
  result.best.reserve(kept);
  for (std::size_t i = 0; i < kept; ++i) result.best.push_back({order[i], at(order[i])});
  return result;
}

LabelIssues find_label_issues(const std::vector<JudgedLabel>& rows, std::size_t labels) {
  LabelIssues result;
  result.thresholds.assign(labels, 0);
  std::vector<std::int64_t> counts(labels, 0);
  for (const JudgedLabel& row : rows) {
    result.thresholds[static_cast<std::size_t>(row.label)] += row.probability;
    ++counts[static_cast<std::size_t>(row.label)];
  }
  for (std::size_t i = 0; i < labels; ++i) {
    // A label without rows has no threshold that a probability could reach.
    result.thresholds[i] =
        counts[i] > 0 ? result.thresholds[i] / static_cast<double>(counts[i]) : 2;
  }
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> cells;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto found = std::ranges::find_if(rows[i].best, [&](const LabelProbability& one) {
      return one.probability >= result.thresholds[static_cast<std::size_t>(one.label)];
    });
    if (found == rows[i].best.end() || found->label == rows[i].label) continue;
    result.issues.push_back(
        {i, found->label, static_cast<double>(found->probability) - rows[i].probability});
    ++cells[{rows[i].label, found->label}];
  }
  std::ranges::stable_sort(result.issues, std::greater(), &LabelIssue::margin);
  for (const auto& [cell, count] : cells) result.counts.push_back({cell.first, cell.second, count});
  return result;
}

}  // namespace sequent
