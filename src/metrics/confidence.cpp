#include "metrics/confidence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sequent {
namespace {

/// Sorts by descending confidence.
void sort_rows(std::vector<ConfidentRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const ConfidentRow& a, const ConfidentRow& b) {
    return a.confidence > b.confidence;
  });
}

/// Calls `use(begin, end, right)` for each group of equal confidence, with its number of right
/// rows.
template <class Use>
void for_each_tie(std::span<const ConfidentRow> rows, const Use& use) {
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin;
    double right = 0;
    for (; end < rows.size() && rows[end].confidence == rows[begin].confidence; ++end) {
      right += rows[end].right ? 1 : 0;
    }
    use(begin, end, right);
    begin = end;
  }
}

}  // namespace

double expected_calibration_error(std::span<const ConfidentRow> rows, int bins) {
  struct Bin {
    double confidence = 0;
    double right = 0;
  };
  std::vector<Bin> sums(static_cast<std::size_t>(bins));
  for (const ConfidentRow& row : rows) {
    const double at = std::ceil(static_cast<double>(row.confidence) * bins) - 1;
    Bin& bin = sums[static_cast<std::size_t>(std::clamp<double>(at, 0, bins - 1))];
    bin.confidence += row.confidence;
    bin.right += row.right ? 1 : 0;
  }
  double error = 0;
  for (const Bin& bin : sums) error += std::abs(bin.right - bin.confidence);
  return error / static_cast<double>(rows.size());
}

std::vector<ReliabilityBin> reliability_bins(std::vector<ConfidentRow> rows, int bins) {
  sort_rows(rows);
  std::reverse(rows.begin(), rows.end());
  std::vector<double> accuracies(rows.size());
  for_each_tie(rows, [&](std::size_t begin, std::size_t end, double right) {
    std::fill(accuracies.begin() + static_cast<std::ptrdiff_t>(begin),
              accuracies.begin() + static_cast<std::ptrdiff_t>(end),
              right / static_cast<double>(end - begin));
  });
  const std::size_t count = std::min(rows.size(), static_cast<std::size_t>(bins));
  std::vector<ReliabilityBin> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * rows.size() / count;
    const std::size_t end = (i + 1) * rows.size() / count;
    for (std::size_t row = begin; row < end; ++row) {
      result[i].confidence += rows[row].confidence;
      result[i].accuracy += accuracies[row];
    }
    result[i].confidence /= static_cast<double>(end - begin);
    result[i].accuracy /= static_cast<double>(end - begin);
  }
  return result;
}

RiskCoverage risk_coverage(std::vector<ConfidentRow> rows) {
  sort_rows(rows);
  RiskCoverage result;
  const auto count = static_cast<double>(rows.size());
  double all_right = 0;
  for_each_tie(rows, [&](std::size_t begin, std::size_t end, double right) {
    const double share = right / static_cast<double>(end - begin);
    for (std::size_t row = begin; row < end; ++row) {
      all_right += share;
      result.area += (1 - all_right / static_cast<double>(row + 1)) / count;
    }
    const auto answered = static_cast<double>(end);
    result.points.push_back({answered / count, rows[begin].confidence, all_right / answered,
                             static_cast<std::int64_t>(end)});
  });
  return result;
}

CoveragePoint point_of_coverage(std::span<const CoveragePoint> points, double coverage) {
  for (const CoveragePoint& point : points) {
    if (point.coverage >= coverage) return point;
  }
  return points.back();
}

std::optional<CoveragePoint> point_of_precision(std::span<const CoveragePoint> points,
                                                double precision) {
  std::optional<CoveragePoint> best;
  for (const CoveragePoint& point : points) {
    if (point.accuracy >= precision) best = point;
  }
  return best;
}

}  // namespace sequent
