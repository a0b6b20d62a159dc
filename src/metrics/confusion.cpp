#include "metrics/confusion.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace sequent {
namespace {

struct Margins {
  std::vector<std::int64_t> truths;       // number of rows of each class
  std::vector<std::int64_t> predictions;  // number of rows predicted as each class
};

Margins margins_of(const ConfusionMatrix& confusion) {
  Margins margins{std::vector<std::int64_t>(confusion.size()),
                  std::vector<std::int64_t>(confusion.size())};
  for (const MatrixCell& cell : confusion.cells()) {
    margins.truths[static_cast<std::size_t>(cell.truth)] += cell.count;
    margins.predictions[static_cast<std::size_t>(cell.predicted)] += cell.count;
  }
  return margins;
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Returns the mean of `classes`, weighted by `weight_of`.
template <class Weight>
AverageReport average(const std::vector<ClassReport>& classes, const Weight& weight_of) {
  AverageReport sum;
  double total = 0;
  for (const ClassReport& one : classes) {
    const double weight = weight_of(one);
    sum.precision += weight * one.precision;
    sum.recall += weight * one.recall;
    sum.f1 += weight * one.f1;
    total += weight;
  }
  if (total == 0) return {};
  return {sum.precision / total, sum.recall / total, sum.f1 / total};
}

}  // namespace

std::int64_t ConfusionMatrix::count(std::size_t truth, std::size_t predicted) const {
  const auto found = counts_.find({truth, predicted});
  return found == counts_.end() ? 0 : found->second;
}

std::vector<MatrixCell> ConfusionMatrix::cells() const {
  std::vector<MatrixCell> cells;
  cells.reserve(counts_.size());
  for (const auto& [place, count] : counts_) {
    cells.push_back(
        {static_cast<std::int64_t>(place.first), static_cast<std::int64_t>(place.second), count});
  }
  return cells;
}

std::vector<std::vector<std::int64_t>> dense_counts(const std::vector<MatrixCell>& cells,
                                                    std::size_t size) {
  std::vector<std::vector<std::int64_t>> counts(size, std::vector<std::int64_t>(size));
  for (const MatrixCell& cell : cells) {
    counts[static_cast<std::size_t>(cell.truth)][static_cast<std::size_t>(cell.predicted)] =
        cell.count;
  }
  return counts;
}

std::vector<ClassReport> class_reports(const ConfusionMatrix& confusion,
                                       const std::vector<std::string>& labels) {
  const Margins margins = margins_of(confusion);
  std::vector<ClassReport> classes;
  classes.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t hits = confusion.count(i, i);
    classes.push_back({.label = labels[i],
                       .precision = ratio(hits, margins.predictions[i]),
                       .recall = ratio(hits, margins.truths[i]),
                       .f1 = ratio(2 * hits, margins.predictions[i] + margins.truths[i]),
                       .support = margins.truths[i]});
  }
  return classes;
}

AverageReport macro_average(const std::vector<ClassReport>& classes) {
  return average(classes, [](const ClassReport&) { return 1.0; });
}

AverageReport weighted_average(const std::vector<ClassReport>& classes) {
  return average(classes, [](const ClassReport& one) { return static_cast<double>(one.support); });
}

double matthews_correlation(const ConfusionMatrix& confusion) {
  const Margins margins = margins_of(confusion);
  const auto count = static_cast<double>(
      std::accumulate(margins.truths.begin(), margins.truths.end(), std::int64_t{0}));
  double hits = 0;
  double truth_prediction = 0;
  double truth_truth = 0;
  double prediction_prediction = 0;
  for (std::size_t i = 0; i < confusion.size(); ++i) {
    const auto truths = static_cast<double>(margins.truths[i]);
    const auto predictions = static_cast<double>(margins.predictions[i]);
    hits += static_cast<double>(confusion.count(i, i));
    truth_prediction += truths * predictions;
    truth_truth += truths * truths;
    prediction_prediction += predictions * predictions;
  }
  const double spread = (count * count - truth_truth) * (count * count - prediction_prediction);
  return spread == 0 ? 0.0 : (hits * count - truth_prediction) / std::sqrt(spread);
}

std::vector<MatrixCell> most_confused(const std::vector<MatrixCell>& cells, std::size_t limit) {
  std::vector<MatrixCell> pairs;
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(pairs),
               [](const MatrixCell& cell) { return cell.truth != cell.predicted; });
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const MatrixCell& a, const MatrixCell& b) { return a.count > b.count; });
  pairs.resize(std::min(pairs.size(), limit));
  return pairs;
}

}  // namespace sequent
