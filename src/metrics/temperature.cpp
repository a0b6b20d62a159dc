#include "metrics/temperature.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "metrics/class_report.h"
#include "metrics/confidence.h"

namespace sequent {
namespace {

constexpr double kLeastTemperature = 0.05;
constexpr double kGreatestTemperature = 20;

/// Returns the derivative by `inverse` = 1 / temperature of the function that fit_temperature
/// minimizes, times the number of rows.
double slope_at(const LogitRows& rows, double inverse) {
  double slope = 0;
  double uniform_slope = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> logits = rows.row(i);
    const double greatest = *std::max_element(logits.begin(), logits.end());
    double weights = 0;
    double weighted = 0;
    double sum = 0;
    for (const float logit : logits) {
      const double weight = std::exp((logit - greatest) * inverse);
      weights += weight;
      weighted += weight * logit;
      sum += logit;
    }
    const double expected = weighted / weights;
    slope += expected - logits[static_cast<std::size_t>(rows.truths[i])];
    uniform_slope += expected - sum / static_cast<double>(rows.classes);
  }
  return slope + uniform_slope / static_cast<double>(rows.size());
}

/// Returns every second row, from `first`.
LogitRows half_of(const LogitRows& rows, std::size_t first) {
  LogitRows half{rows.classes, {}, {}};
  for (std::size_t i = first; i < rows.size(); i += 2) {
    const std::span<const float> row = rows.row(i);
    half.logits.insert(half.logits.end(), row.begin(), row.end());
    half.truths.push_back(rows.truths[i]);
  }
  return half;
}

/// Sums the quality of rows with probabilities.
class QualitySum {
 public:
  void add(const LogitRows& rows, double temperature) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::vector<float> probabilities = tempered_softmax(rows.row(i), temperature);
      const auto truth = static_cast<std::size_t>(rows.truths[i]);
      const auto best = std::max_element(probabilities.begin(), probabilities.end());
      sum_.loss -= std::log(std::max(static_cast<double>(probabilities[truth]), kLeastProbability));
      sum_.brier += brier_score(probabilities, rows.truths[i]);
      confident_.push_back(
          {*best, static_cast<std::size_t>(best - probabilities.begin()) == truth});
    }
  }

  ProbabilityQuality mean() const {
    const auto count = static_cast<double>(confident_.size());
    return {sum_.loss / count, sum_.brier / count, expected_calibration_error(confident_)};
  }

 private:
  ProbabilityQuality sum_;
  std::vector<ConfidentRow> confident_;
};

}  // namespace

std::vector<float> tempered_softmax(std::span<const float> logits, double temperature) {
  const double greatest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> weights;
  weights.reserve(logits.size());
  double sum = 0;
  for (const float logit : logits) {
    weights.push_back(std::exp((logit - greatest) / temperature));
    sum += weights.back();
  }
  std::vector<float> probabilities;
  probabilities.reserve(logits.size());
  for (const double weight : weights) probabilities.push_back(static_cast<float>(weight / sum));
  return probabilities;
}

double fit_temperature(const LogitRows& rows) {
  constexpr int kSteps = 50;
  double low = std::log(1 / kGreatestTemperature);
  double high = std::log(1 / kLeastTemperature);
  for (int step = 0; step < kSteps && high - low > 1e-10; ++step) {
    const double middle = (low + high) / 2;
    (slope_at(rows, std::exp(middle)) > 0 ? high : low) = middle;
  }
  return std::exp(-(low + high) / 2);
}

double brier_score(std::span<const float> probabilities, std::int64_t truth) {
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double away = probabilities[i] - (static_cast<std::int64_t>(i) == truth ? 1.0 : 0.0);
    sum += away * away;
  }
  return probabilities.size() == 2 ? sum / 2 : sum;
}

ProbabilityQuality tempered_quality(const LogitRows& rows, double temperature) {
  QualitySum sum;
  sum.add(rows, temperature);
  return sum.mean();
}

ProbabilityQuality cross_fitted_quality(const LogitRows& rows) {
  const std::array<LogitRows, 2> halves{half_of(rows, 0), half_of(rows, 1)};
  QualitySum sum;
  sum.add(halves[0], fit_temperature(halves[1]));
  sum.add(halves[1], fit_temperature(halves[0]));
  return sum.mean();
}

}  // namespace sequent
