#include "tasks/classification/classification_metrics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include "metrics/ranking.h"
#include "metrics/temperature.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Returns how many classes precede `index` by descending probability; ties keep the class order.
std::int64_t rank_of(std::span<const float> probabilities, std::size_t index) {
  const float own = probabilities[index];
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (probabilities[i] > own || (probabilities[i] == own && i < index)) ++rank;
  }
  return rank;
}

/// The mean recall of the classes that have rows.
double mean_recall(const std::vector<ClassReport>& classes) {
  double sum = 0;
  std::int64_t present = 0;
  for (const ClassReport& one : classes) {
    if (one.support == 0) continue;
    sum += one.recall;
    ++present;
  }
  return sum / static_cast<double>(present);
}

}  // namespace

ClassificationMetrics::ClassificationMetrics(std::vector<std::string> labels)
    : labels_(std::move(labels)) {
  if (labels_.size() < 2) {
    throw Error(ErrorKind::kInternal, "metrics",
                std::to_string(labels_.size()) + " labels; at least 2 are needed");
  }
}

void ClassificationMetrics::check(std::size_t row, std::span<const float> probabilities,
                                  std::int64_t truth) const {
  const auto fail = [&](ErrorKind kind, const std::string& message) {
    throw Error(kind, "metrics: row " + std::to_string(row), message);
  };
  if (probabilities.size() != labels_.size()) {
    fail(ErrorKind::kInternal, "found " + std::to_string(probabilities.size()) +
                                   " probabilities; there are " + std::to_string(labels_.size()) +
                                   " classes");
  }
  if (truth < 0 || truth >= static_cast<std::int64_t>(labels_.size())) {
    fail(ErrorKind::kInternal, "found class " + std::to_string(truth) + "; expected 0 to " +
                                   std::to_string(labels_.size() - 1));
  }
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (std::isfinite(probabilities[i])) continue;
    fail(ErrorKind::kNumeric, "the probability of \"" + labels_[i] +
                                  "\" is not a finite number: the weights have diverged; a lower "
                                  "learning_rate or a clip_norm may help");
  }
}

void ClassificationMetrics::add(std::span<const float> probabilities, std::int64_t truth) {
  const std::size_t row = outcomes_.size();
  check(row, probabilities, truth);
  resize(row + 1);
  set(row, probabilities, truth);
}

void ClassificationMetrics::resize(std::size_t rows) {
  outcomes_.resize(rows);
  if (ranks()) probabilities_.resize(rows * labels_.size());
}

void ClassificationMetrics::set(std::size_t row, std::span<const float> probabilities,
                                std::int64_t truth) {
  check(row, probabilities, truth);
  const auto of_truth = static_cast<std::size_t>(truth);
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  const double p = std::max(static_cast<double>(probabilities[of_truth]), kLeastProbability);
  outcomes_[row] = {
      truth,        best - probabilities.begin(),      rank_of(probabilities, of_truth),
      -std::log(p), brier_score(probabilities, truth), *best};
  if (!ranks()) return;
  std::copy(probabilities.begin(), probabilities.end(),
            probabilities_.begin() + static_cast<std::ptrdiff_t>(row * labels_.size()));
}

void ClassificationMetrics::merge(const ClassificationMetrics& other) {
  if (other.labels_ != labels_) {
    throw Error(ErrorKind::kInternal, "metrics", "rows with other labels cannot be merged");
  }
  // `other` can be this object, so read the sizes and reserve memory before growing.
  const std::size_t rows = other.outcomes_.size();
  const std::size_t values = other.probabilities_.size();
  outcomes_.reserve(outcomes_.size() + rows);
  probabilities_.reserve(probabilities_.size() + values);
  std::copy_n(other.outcomes_.begin(), rows, std::back_inserter(outcomes_));
  std::copy_n(other.probabilities_.begin(), values, std::back_inserter(probabilities_));
}

/// Computes the loss, the confusion matrix and the top-k accuracy.
void ClassificationMetrics::count_outcomes(ClassificationReport& report) const {
  report.confusion = ConfusionMatrix(labels_.size());
  double loss = 0;
  std::int64_t in_top_k = 0;
  for (const Outcome& outcome : outcomes_) {
    if (outcome.truth < 0) throw Error(ErrorKind::kInternal, "metrics", "a row was not set");
    report.confusion.add(static_cast<std::size_t>(outcome.truth),
                         static_cast<std::size_t>(outcome.predicted));
    loss += outcome.loss;
    in_top_k += outcome.rank < report.top_k ? 1 : 0;
  }
  const auto count = static_cast<double>(outcomes_.size());
  report.loss = loss / count;
  report.top_k_accuracy = static_cast<double>(in_top_k) / count;
}

/// Fills roc_auc and average_precision, unless a class has no rows.
void ClassificationMetrics::rank_rows(ClassificationReport& report) const {
  const bool class_is_missing =
      std::any_of(report.per_class.begin(), report.per_class.end(),
                  [](const ClassReport& one) { return one.support == 0; });
  if (class_is_missing || !ranks()) return;
  const std::size_t classes = labels_.size();
  // With two classes, the ranking by the second one's probability mirrors that of the first.
  const std::size_t first = classes == 2 ? 1 : 0;
  RankingQuality sum;
  for (std::size_t i = first; i < classes; ++i) {
    std::vector<ScoredRow> scored(outcomes_.size());
    for (std::size_t row = 0; row < scored.size(); ++row) {
      scored[row] = {.score = probabilities_[row * classes + i],
                     .positive = outcomes_[row].truth == static_cast<std::int64_t>(i)};
    }
    const RankingQuality one = ranking_quality(std::move(scored));
    sum.roc_auc += one.roc_auc;
    sum.average_precision += one.average_precision;
  }
  const auto ranked = static_cast<double>(classes - first);
  report.roc_auc = sum.roc_auc / ranked;
  report.average_precision = sum.average_precision / ranked;
}

/// Fills in what depends on the probabilities of the predicted classes.
void ClassificationMetrics::rate_confidence(ClassificationReport& report) const {
  std::vector<ConfidentRow> rows;
  rows.reserve(outcomes_.size());
  double brier = 0;
  for (const Outcome& outcome : outcomes_) {
    rows.push_back({outcome.confidence, outcome.predicted == outcome.truth});
    brier += outcome.brier;
  }
  report.ece = expected_calibration_error(rows);
  report.brier = brier / static_cast<double>(outcomes_.size());
  report.reliability = reliability_bins(rows);
  const RiskCoverage curve = risk_coverage(std::move(rows));
  report.aurc = curve.area;
  report.risk_coverage = some_points(curve.points);
}

ClassificationReport ClassificationMetrics::report() const {
  if (outcomes_.empty()) throw Error(ErrorKind::kData, "metrics", "no rows to evaluate");
  const std::size_t classes = labels_.size();
  ClassificationReport report;
  report.count = static_cast<std::int64_t>(outcomes_.size());
  report.top_k = std::clamp<std::int64_t>(static_cast<std::int64_t>(classes) - 1, 1, 3);
  count_outcomes(report);

  std::int64_t hits = 0;
  for (std::size_t i = 0; i < classes; ++i) hits += report.confusion.count(i, i);
  report.accuracy = static_cast<double>(hits) / static_cast<double>(report.count);
  report.per_class = class_reports(report.confusion, labels_);
  report.macro = macro_average(report.per_class);
  report.weighted = weighted_average(report.per_class);
  // With one true and one predicted class per row, every wrong row is one false positive and one
  // false negative, so the three micro averages equal the accuracy.
  report.micro = {report.accuracy, report.accuracy, report.accuracy};
  report.balanced_accuracy = mean_recall(report.per_class);
  report.matthews = matthews_correlation(report.confusion);
  rank_rows(report);
  rate_confidence(report);
  return report;
}

}  // namespace sequent
