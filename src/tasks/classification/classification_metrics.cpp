#include "tasks/classification/classification_metrics.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>

#include "metrics/confusion.h"
#include "metrics/ranking.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// The probabilities of many rows, and their true classes.
struct Rows {
  std::span<const float> probabilities;  // [rows, classes]
  std::span<const std::int64_t> truths;  // [rows]
  std::size_t classes;

  std::size_t size() const { return truths.size(); }
  std::span<const float> row(std::size_t index) const {
    return probabilities.subspan(index * classes, classes);
  }
  std::size_t truth(std::size_t index) const { return static_cast<std::size_t>(truths[index]); }
};

/// Returns how many classes precede `index` by descending probability; ties keep the class order.
std::int64_t rank_of(std::span<const float> probabilities, std::size_t index) {
  const float own = probabilities[index];
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (probabilities[i] > own || (probabilities[i] == own && i < index)) ++rank;
  }
  return rank;
}

/// Computes the loss, the confusion matrix and the top-k accuracy in one pass.
void count_rows(const Rows& rows, ClassificationReport& report) {
  double loss = 0;
  std::int64_t in_top_k = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> row = rows.row(i);
    const std::size_t truth = rows.truth(i);
    const auto predicted =
        static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    ++report.confusion[truth][predicted];
    loss -= std::log(std::max(static_cast<double>(row[truth]), kLeastProbability));
    if (rank_of(row, truth) < report.top_k) ++in_top_k;
  }
  const auto count = static_cast<double>(rows.size());
  report.loss = loss / count;
  report.top_k_accuracy = static_cast<double>(in_top_k) / count;
}

RankingQuality class_ranking(const Rows& rows, std::size_t of_class) {
  std::vector<ScoredRow> scored(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    scored[i] = {.score = rows.row(i)[of_class], .positive = rows.truth(i) == of_class};
  }
  return ranking_quality(std::move(scored));
}

/// Fills roc_auc and average_precision, unless a class has no rows.
void rank_rows(const Rows& rows, ClassificationReport& report) {
  const bool class_is_missing =
      std::any_of(report.per_class.begin(), report.per_class.end(),
                  [](const ClassReport& one) { return one.support == 0; });
  if (class_is_missing) return;
  // With two classes, the ranking by the second one's probability mirrors that of the first.
  const std::size_t first = rows.classes == 2 ? 1 : 0;
  RankingQuality sum;
  for (std::size_t i = first; i < rows.classes; ++i) {
    const RankingQuality one = class_ranking(rows, i);
    sum.roc_auc += one.roc_auc;
    sum.average_precision += one.average_precision;
  }
  const auto ranked = static_cast<double>(rows.classes - first);
  report.roc_auc = sum.roc_auc / ranked;
  report.average_precision = sum.average_precision / ranked;
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

void ClassificationMetrics::add(std::span<const float> probabilities, std::int64_t truth) {
  const auto fail = [&](ErrorKind kind, const std::string& message) {
    throw Error(kind, "metrics: row " + std::to_string(truths_.size()), message);
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
  probabilities_.insert(probabilities_.end(), probabilities.begin(), probabilities.end());
  truths_.push_back(truth);
}

void ClassificationMetrics::merge(const ClassificationMetrics& other) {
  if (other.labels_ != labels_) {
    throw Error(ErrorKind::kInternal, "metrics", "rows with other labels cannot be merged");
  }
  // `other` can be this object, so read the sizes and reserve memory before growing.
  const std::size_t rows = other.truths_.size();
  const std::size_t values = other.probabilities_.size();
  truths_.reserve(truths_.size() + rows);
  probabilities_.reserve(probabilities_.size() + values);
  std::copy_n(other.truths_.begin(), rows, std::back_inserter(truths_));
  std::copy_n(other.probabilities_.begin(), values, std::back_inserter(probabilities_));
}

ClassificationReport ClassificationMetrics::report() const {
  if (truths_.empty()) throw Error(ErrorKind::kData, "metrics", "no rows to evaluate");
  const Rows rows{probabilities_, truths_, labels_.size()};
  ClassificationReport report;
  report.count = static_cast<std::int64_t>(rows.size());
  report.top_k = std::clamp<std::int64_t>(static_cast<std::int64_t>(rows.classes) - 1, 1, 3);
  report.confusion.assign(rows.classes, std::vector<std::int64_t>(rows.classes));
  count_rows(rows, report);

  std::int64_t hits = 0;
  for (std::size_t i = 0; i < rows.classes; ++i) hits += report.confusion[i][i];
  report.accuracy = static_cast<double>(hits) / static_cast<double>(report.count);
  report.per_class = class_reports(report.confusion, labels_);
  report.macro = macro_average(report.per_class);
  report.weighted = weighted_average(report.per_class);
  // With one true and one predicted class per row, every wrong row is one false positive and one
  // false negative, so the three micro averages equal the accuracy.
  report.micro = {report.accuracy, report.accuracy, report.accuracy};
  report.balanced_accuracy = mean_recall(report.per_class);
  report.matthews = matthews_correlation(report.confusion);
  rank_rows(rows, report);
  return report;
}

}  // namespace sequent
