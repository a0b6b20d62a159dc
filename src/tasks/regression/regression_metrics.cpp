#include "tasks/regression/regression_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "metrics/conformal.h"
#include "sequent/error.h"

namespace sequent {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Pearson's correlation; nothing if one of the two is constant.
std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = mean_of(a);
  const double mean_b = mean_of(b);
  double product = 0;
  double square_a = 0;
  double square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  if (square_a == 0 || square_b == 0) return std::nullopt;
  return std::clamp(product / (std::sqrt(square_a) * std::sqrt(square_b)), -1.0, 1.0);
}

/// Ranks from 1; equal values share their mean rank.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double shared = static_cast<double>(begin + 1 + end) / 2;
    for (std::size_t i = begin; i < end; ++i) result[order[i]] = shared;
    begin = end;
  }
  return result;
}

/// 1 - squared errors / squared distances from the mean.
std::optional<double> r2_of(const std::vector<double>& values, const std::vector<double>& truths) {
  const double mean = mean_of(truths);
  double errors = 0;
  double spread = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    errors += (values[i] - truths[i]) * (values[i] - truths[i]);
    spread += (truths[i] - mean) * (truths[i] - mean);
  }
  if (spread == 0) return std::nullopt;
  return 1 - errors / spread;
}

double loss_of(RegressionLoss::Kind kind, double error) {
  const double size = std::abs(error);
  switch (kind) {
    case RegressionLoss::Kind::kSquared:
      return error * error;
    case RegressionLoss::Kind::kAbsolute:
      return size;
    case RegressionLoss::Kind::kHuber:
      return size < 1 ? 0.5 * error * error : size - 0.5;
  }
  return 0;
}

/// Adds to a sum that becomes nothing once one term is nothing.
void add_part(std::optional<double>& sum, const std::optional<double>& part) {
  if (sum && part) {
    *sum += *part;
  } else {
    sum.reset();
  }
}

}  // namespace

RegressionMetrics::RegressionMetrics(std::vector<std::string> targets, RegressionLoss loss,
                                     std::vector<double> origin)
    : targets_(std::move(targets)), loss_(std::move(loss)), origin_(std::move(origin)) {
  if (targets_.empty() ||
      (!loss_.deviations.empty() && loss_.deviations.size() != targets_.size())) {
    throw Error(ErrorKind::kInternal, "",
                "expected at least one target, and one deviation per target");
  }
}

void RegressionMetrics::add(std::span<const float> values, std::span<const float> truths) {
  if (values.size() != targets_.size() || truths.size() != targets_.size()) {
    throw Error(ErrorKind::kInternal, "", "expected one value and one truth per target");
  }
  if (!std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); })) {
    throw Error(ErrorKind::kNumeric, "", "found a prediction that is not finite");
  }
  values_.insert(values_.end(), values.begin(), values.end());
  truths_.insert(truths_.end(), truths.begin(), truths.end());
}

namespace {

/// Nothing if a truth is 0, because the relative error is then undefined.
std::optional<double> mape_of(const std::vector<float>& values, const std::vector<float>& truths,
                              const std::vector<double>& origin) {
  double sum = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const double truth = truths[i] + (origin.empty() ? 0.0 : origin[i % origin.size()]);
    if (truth == 0) return std::nullopt;
    sum += std::abs((static_cast<double>(values[i]) - truths[i]) / truth);
  }
  return sum / static_cast<double>(truths.size());
}

/// The mean over the targets of their errors, each divided by the naive error.
std::optional<double> mase_of(const std::vector<TargetReport>& targets) {
  double sum = 0;
  for (const TargetReport& one : targets) {
    if (!one.naive_mae) return std::nullopt;
    sum += one.mae / *one.naive_mae;
  }
  return sum / static_cast<double>(targets.size());
}

}  // namespace

RegressionReport RegressionMetrics::report(const std::vector<double>& naive_mae) const {
  const std::size_t targets = targets_.size();
  const std::size_t rows = values_.size() / targets;
  if (rows == 0) throw Error(ErrorKind::kData, "", "no rows to measure");
  RegressionReport report;
  report.count = static_cast<std::int64_t>(rows);
  report.r2 = report.pearson = report.spearman = 0;
  for (std::size_t target = 0; target < targets; ++target) {
    std::vector<double> values;
    std::vector<double> truths;
    double squares = 0;
    double sizes = 0;
    const double deviation = loss_.deviations.empty() ? 1.0 : loss_.deviations[target];
    for (std::size_t at = target; at < values_.size(); at += targets) {
      values.push_back(values_[at]);
      truths.push_back(truths_[at]);
      const double error = values.back() - truths.back();
      squares += error * error;
      sizes += std::abs(error);
      report.loss += loss_of(loss_.kind, error / deviation);
    }
    const auto count = static_cast<double>(rows);
    report.mse += squares / count;
    report.mae += sizes / count;
    const std::optional<double> r2 = r2_of(values, truths);
    TargetReport& one = report.per_target.emplace_back();
    one = {targets_[target], std::sqrt(squares / count), sizes / count, r2, std::nullopt};
    if (target < naive_mae.size() && naive_mae[target] > 0) one.naive_mae = naive_mae[target];
    add_part(report.r2, r2);
    add_part(report.pearson, correlation(values, truths));
    add_part(report.spearman, correlation(ranks(values), ranks(truths)));
  }
  const auto count = static_cast<double>(targets);
  report.loss /= count * static_cast<double>(rows);
  report.mse /= count;
  report.mae /= count;
  report.rmse = std::sqrt(report.mse);
  report.mape = mape_of(values_, truths_, origin_);
  report.mase = mase_of(report.per_target);
  for (std::optional<double>* mean : {&report.r2, &report.pearson, &report.spearman}) {
    if (*mean) **mean /= count;
  }
  return report;
}

std::vector<ResidualRow> RegressionMetrics::residuals() const {
  constexpr std::size_t kMostNumbers = 10'000;
  constexpr std::size_t kFewestRanks = 20;
  constexpr std::size_t kMostRanks = 500;
  const std::size_t targets = targets_.size();
  const std::size_t ranks = std::clamp(kMostNumbers / targets, kFewestRanks, kMostRanks);
  std::vector<ResidualRow> rows;
  for (std::size_t target = 0; target < targets; ++target) {
    std::vector<double> errors;
    for (std::size_t at = target; at < values_.size(); at += targets) {
      errors.push_back(std::abs(static_cast<double>(values_[at]) - truths_[at]));
    }
    const std::vector<RankedValue> ranked = ranked_values(std::move(errors), ranks);
    rows.resize(ranked.size());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      rows[i].rank = ranked[i].rank;
      rows[i].errors.push_back(ranked[i].value);
    }
  }
  return rows;
}

}  // namespace sequent
