#include "tasks/multi_label/multi_label_metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "metrics/ranking.h"
#include "sequent/error.h"

namespace sequent {
namespace {

constexpr double kUsualThreshold = 0.5;

/// Right and wrong decisions for one label or one row.
struct Decisions {
  double found = 0;  // predicted and true
  double given = 0;
  double truths = 0;

  double precision() const { return given == 0 ? 0 : found / given; }
  double recall() const { return truths == 0 ? 0 : found / truths; }
  double f1() const { return given + truths == 0 ? 0 : 2 * found / (given + truths); }

  void add(bool is_given, bool is_true) {
    found += is_given && is_true ? 1 : 0;
    given += is_given ? 1 : 0;
    truths += is_true ? 1 : 0;
  }
};

AverageReport average_of(const Decisions& all) { return {all.precision(), all.recall(), all.f1()}; }

void add_share(AverageReport& sum, const Decisions& one, double weight) {
  sum.precision += weight * one.precision();
  sum.recall += weight * one.recall();
  sum.f1 += weight * one.f1();
}

/// Returns -ln of the probability of the true decision.
double cross_entropy(float probability, bool is_true) {
  const double p = is_true ? probability : 1.0 - probability;
  return -std::log(std::max(p, kLeastProbability));
}

double best_threshold(std::vector<ScoredRow> rows) {
  const auto truths = static_cast<double>(
      std::count_if(rows.begin(), rows.end(), [](const ScoredRow& row) { return row.positive; }));
  if (truths == 0 || truths == static_cast<double>(rows.size())) return kUsualThreshold;
  std::sort(rows.begin(), rows.end(),
            [](const ScoredRow& a, const ScoredRow& b) { return a.score > b.score; });
  Decisions decisions{0, 0, truths};
  double best_f1 = -1;
  double best = kUsualThreshold;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    decisions.found += rows[i].positive ? 1 : 0;
    decisions.given += 1;
    const bool ends = i + 1 == rows.size();
    if (!ends && rows[i + 1].score == rows[i].score) continue;
    // Halfway between this probability and the next one; after the last, halfway to 0.
    const double next = ends ? 0 : rows[i + 1].score;
    const double threshold = (static_cast<double>(rows[i].score) + next) / 2;
    const double f1 = decisions.f1();
    const bool nearer = std::abs(threshold - kUsualThreshold) < std::abs(best - kUsualThreshold);
    if (f1 > best_f1 || (f1 == best_f1 && nearer)) {
      best_f1 = f1;
      best = threshold;
    }
  }
  return best;
}

}  // namespace

MultiLabelMetrics::MultiLabelMetrics(std::vector<std::string> labels) : labels_(std::move(labels)) {
  if (labels_.empty()) throw Error(ErrorKind::kInternal, "metrics", "no labels");
}

void MultiLabelMetrics::add(std::span<const float> probabilities, std::span<const float> truths) {
  if (probabilities.size() != labels_.size() || truths.size() != labels_.size()) {
    throw Error(ErrorKind::kInternal, "metrics", "expected one probability per label");
  }
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (std::isfinite(probabilities[i])) continue;
    throw Error(ErrorKind::kNumeric, "metrics",
                "the probability of \"" + labels_[i] +
                    "\" is not a finite number: the weights have diverged; a lower learning_rate "
                    "or a clip_norm may help");
  }
  probabilities_.insert(probabilities_.end(), probabilities.begin(), probabilities.end());
  truths_.insert(truths_.end(), truths.begin(), truths.end());
}

namespace {

/// The probabilities of one label in all rows.
std::vector<ScoredRow> scores_of(std::size_t label, std::size_t labels,
                                 const std::vector<float>& probabilities,
                                 const std::vector<float>& truths) {
  std::vector<ScoredRow> rows;
  for (std::size_t at = label; at < truths.size(); at += labels) {
    rows.push_back({probabilities[at], truths[at] > 0});
  }
  return rows;
}

}  // namespace

std::vector<double> MultiLabelMetrics::best_thresholds() const {
  std::vector<double> thresholds;
  for (std::size_t label = 0; label < labels_.size(); ++label) {
    thresholds.push_back(best_threshold(scores_of(label, labels_.size(), probabilities_, truths_)));
  }
  return thresholds;
}

MultiLabelReport MultiLabelMetrics::report(const std::vector<double>& thresholds) const {
  const std::size_t width = labels_.size();
  const std::size_t rows = truths_.size() / width;
  if (rows == 0) throw Error(ErrorKind::kData, "metrics", "no rows to evaluate");
  if (!thresholds.empty() && thresholds.size() != width) {
    throw Error(ErrorKind::kInternal, "metrics", "expected one threshold per label");
  }
  const auto threshold = [&](std::size_t label) {
    return thresholds.empty() ? kUsualThreshold : thresholds[label];
  };
  MultiLabelReport report;
  report.count = static_cast<std::int64_t>(rows);
  std::vector<Decisions> of_label(width);
  Decisions all;
  const auto row_count = static_cast<double>(rows);
  const double decisions = row_count * static_cast<double>(width);
  AverageReport of_rows;  // sums
  std::int64_t right_rows = 0;
  std::int64_t wrong_decisions = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    Decisions of_row;
    std::int64_t wrong = 0;
    for (std::size_t label = 0; label < width; ++label) {
      const float probability = probabilities_[row * width + label];
      const bool is_true = truths_[row * width + label] > 0;
      const bool is_given = probability >= threshold(label);
      wrong += is_given != is_true ? 1 : 0;
      for (Decisions* part : {&of_row, &of_label[label], &all}) part->add(is_given, is_true);
      report.loss += cross_entropy(probability, is_true);
    }
    right_rows += wrong == 0 ? 1 : 0;
    wrong_decisions += wrong;
    add_share(of_rows, of_row, 1);
  }
  // Dividing last gives exactly rounded shares, such as 67 / 80.
  report.loss /= decisions;
  report.accuracy = static_cast<double>(right_rows) / row_count;
  report.hamming_loss = static_cast<double>(wrong_decisions) / decisions;
  report.samples = {of_rows.precision / row_count, of_rows.recall / row_count,
                    of_rows.f1 / row_count};
  report.micro = average_of(all);
  RankingQuality ranking;
  bool all_ranked = true;
  for (std::size_t label = 0; label < width; ++label) {
    const Decisions& one = of_label[label];
    LabelReport line;
    line.label = labels_[label];
    line.precision = one.precision();
    line.recall = one.recall();
    line.f1 = one.f1();
    line.support = static_cast<std::int64_t>(one.truths);
    line.threshold = threshold(label);
    report.per_label.push_back(line);
    add_share(report.macro, one, 1 / static_cast<double>(width));
    if (all.truths > 0) add_share(report.weighted, one, one.truths / all.truths);
    all_ranked = all_ranked && one.truths > 0 && one.truths < static_cast<double>(rows);
    if (!all_ranked) continue;
    const RankingQuality quality =
        ranking_quality(scores_of(label, width, probabilities_, truths_));
    ranking.roc_auc += quality.roc_auc / static_cast<double>(width);
    ranking.average_precision += quality.average_precision / static_cast<double>(width);
  }
  if (all_ranked) {
    report.roc_auc = ranking.roc_auc;
    report.average_precision = ranking.average_precision;
  }
  return report;
}

}  // namespace sequent
