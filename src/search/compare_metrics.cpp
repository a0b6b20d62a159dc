#include "search/compare_metrics.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

#include "metrics/row_decisions.h"
#include "train/label_numbers.h"

namespace sequent {
namespace {

/// Whether the predicted labels are exactly those of the row.
bool has_right_labels(const RowPredictions& found, std::int64_t row) {
  for (std::int64_t label = 0; label < found.labels.size(); ++label) {
    const bool is_true = found.rows.targets(row)[static_cast<std::size_t>(label)] > 0;
    if (is_true != found.predicts(row, label)) return false;
  }
  return true;
}

RowDecisions decisions_of_labels(const RowPredictions& found) {
  const LabelNumbers numbers(found.labels.names(), found.rows.unseen().labels);
  RowDecisions decisions(numbers.names().size());
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    const auto truth = static_cast<std::size_t>(numbers.number(found.rows.label(row)));
    const auto predicted = static_cast<std::size_t>(found.predicted(row));
    decisions.add_row();
    decisions.add(truth, /*is_true=*/true, predicted == truth);
    if (predicted != truth) decisions.add(predicted, /*is_true=*/false, /*is_predicted=*/true);
  }
  return decisions;
}

RowDecisions decisions_of_sets(const RowPredictions& found) {
  RowDecisions decisions(static_cast<std::size_t>(found.labels.size()));
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    decisions.add_row();
    for (std::int64_t label = 0; label < found.labels.size(); ++label) {
      const auto at = static_cast<std::size_t>(label);
      decisions.add(at, found.rows.targets(row)[at] > 0, found.predicts(row, label));
    }
  }
  return decisions;
}

/// A power of the absolute error, as its mean over the numbers of each row.
std::vector<double> row_errors(const RowPredictions& found, double power) {
  std::vector<double> result;
  result.reserve(static_cast<std::size_t>(found.rows.size()));
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    const std::span<const float> outputs = found.of(row);
    const std::span<const float> truths = found.rows.targets(row);
    double sum = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const double error = static_cast<double>(outputs[i]) - static_cast<double>(truths[i]);
      sum += std::pow(std::abs(error), power);
    }
    result.push_back(sum / static_cast<double>(outputs.size()));
  }
  return result;
}

double mean_over(const std::vector<double>& values, std::span<const std::size_t> rows) {
  double sum = 0;
  for (const std::size_t row : rows) sum += values[row];
  return sum / static_cast<double>(rows.size());
}

/// Compares a statistic of the rows of both models.
ComparedMetric compared(std::size_t count, const RowStatistic& of_a, const RowStatistic& of_b) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  ComparedMetric metric;
  metric.a = of_a(all);
  metric.b = of_b(all);
  metric.interval =
      bootstrap(count, [&](std::span<const std::size_t> rows) { return of_b(rows) - of_a(rows); });
  return metric;
}

ComparedMetric named(ComparedMetric metric, const char* key, const char* title) {
  metric.key = key;
  metric.title = title;
  return metric;
}

ComparedMetric compare_means(const std::vector<double>& a, const std::vector<double>& b) {
  const RowStatistic of_a = [&](std::span<const std::size_t> rows) { return mean_over(a, rows); };
  const RowStatistic of_b = [&](std::span<const std::size_t> rows) { return mean_over(b, rows); };
  return compared(a.size(), of_a, of_b);
}

ComparedMetric compare_f1(const RowDecisions& a, const RowDecisions& b,
                          double (RowDecisions::*f1)(std::span<const std::size_t>) const) {
  const RowStatistic of_a = [&](std::span<const std::size_t> rows) { return (a.*f1)(rows); };
  const RowStatistic of_b = [&](std::span<const std::size_t> rows) { return (b.*f1)(rows); };
  return compared(a.rows(), of_a, of_b);
}

std::vector<ComparedMetric> compare_errors(const RowPredictions& a, const RowPredictions& b) {
  ComparedMetric mae = compare_means(row_errors(a, 1), row_errors(b, 1));
  const std::vector<double> squares_a = row_errors(a, 2);
  const std::vector<double> squares_b = row_errors(b, 2);
  const RowStatistic of_a = [&](std::span<const std::size_t> rows) {
    return std::sqrt(mean_over(squares_a, rows));
  };
  const RowStatistic of_b = [&](std::span<const std::size_t> rows) {
    return std::sqrt(mean_over(squares_b, rows));
  };
  ComparedMetric rmse = compared(squares_a.size(), of_a, of_b);
  mae.greater_is_better = false;
  rmse.greater_is_better = false;
  return {named(mae, "mae", "MAE"), named(rmse, "rmse", "RMSE")};
}

}  // namespace

std::vector<double> row_hits(const RowPredictions& found) {
  std::vector<double> result;
  result.reserve(static_cast<std::size_t>(found.rows.size()));
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    const bool is_right = found.target == TargetKind::kLabelSet
                              ? has_right_labels(found, row)
                              : found.predicted(row) == found.rows.label(row);
    result.push_back(is_right ? 1 : 0);
  }
  return result;
}

std::vector<ComparedMetric> compare_metrics(const RowPredictions& a, const RowPredictions& b) {
  if (a.target == TargetKind::kNumbers) return compare_errors(a, b);
  const bool has_sets = a.target == TargetKind::kLabelSet;
  const auto decisions_of = has_sets ? decisions_of_sets : decisions_of_labels;
  const RowDecisions of_a = decisions_of(a);
  const RowDecisions of_b = decisions_of(b);
  std::vector<ComparedMetric> metrics{
      named(compare_means(row_hits(a), row_hits(b)), "accuracy", "accuracy")};
  // With one label per row, the micro F1 is the accuracy.
  if (has_sets) {
    metrics.push_back(
        named(compare_f1(of_a, of_b, &RowDecisions::micro_f1), "micro_f1", "micro F1"));
  }
  metrics.push_back(named(compare_f1(of_a, of_b, &RowDecisions::macro_f1), "macro_f1", "macro F1"));
  return metrics;
}

}  // namespace sequent
