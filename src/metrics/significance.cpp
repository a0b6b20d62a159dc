#include "metrics/significance.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace sequent {
namespace {

constexpr double kLevel = 0.95;

/// The continued fraction of the incomplete beta function, by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr int kMostTerms = 1000;
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-15;
  const auto kept = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / kept(1 - (a + b) * x / (a + 1));
  double result = d;
  for (int m = 1; m <= kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    result *= d * c;
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return result;
}

/// The regularized incomplete beta function.
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_t_probability(double t, double degrees) {
  const double tail = incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
  return t > 0 ? 1 - tail : tail;
}

}  // namespace

double student_t_quantile(double probability, double degrees) {
  double low = -1;
  double high = 1;
  while (student_t_probability(low, degrees) > probability) low *= 2;
  while (student_t_probability(high, degrees) < probability) high *= 2;
  constexpr int kHalvings = 100;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    (student_t_probability(middle, degrees) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

double mcnemar_exact(std::int64_t only_a, std::int64_t only_b) {
  const auto n = static_cast<double>(only_a + only_b);
  if (n == 0) return 1;
  double sum = 0;
  for (std::int64_t i = 0; i <= std::min(only_a, only_b); ++i) {
    const auto k = static_cast<double>(i);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) -
                    n * std::log(2.0));
  }
  return std::min(1.0, 2 * sum);
}

Interval bootstrap(std::size_t rows, const RowStatistic& statistic, std::uint64_t seed) {
  constexpr std::size_t kResamples = 10000;
  constexpr std::size_t kLeastResamples = 500;
  constexpr std::size_t kWork = 200'000'000;
  const std::size_t resamples = std::clamp(kWork / rows, kLeastResamples, kResamples);
  const RandomStream random(seed, RandomPurpose::kBootstrap);
  std::vector<double> values(resamples);
  std::vector<std::size_t> drawn(rows);
  for (std::size_t i = 0; i < resamples; ++i) {
    const RandomStream draws = random.at(i);
    for (std::size_t row = 0; row < rows; ++row) drawn[row] = draws.below(rows, row);
    values[i] = statistic(drawn);
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(
        std::lround(share * static_cast<double>(resamples - 1)))];
  };
  return {at((1 - kLevel) / 2), at((1 + kLevel) / 2)};
}

Interval bootstrap_mean(std::span<const double> differences, std::uint64_t seed) {
  const auto mean = [&](std::span<const std::size_t> rows) {
    double sum = 0;
    for (const std::size_t row : rows) sum += differences[row];
    return sum / static_cast<double>(rows.size());
  };
  return bootstrap(differences.size(), mean, seed);
}

Spread spread_of(std::span<const double> values, double test_per_training) {
  const auto count = static_cast<double>(values.size());
  Spread spread;
  for (const double value : values) spread.mean += value / count;
  double squares = 0;
  for (const double value : values) squares += (value - spread.mean) * (value - spread.mean);
  const double variance = squares / (count - 1);
  spread.deviation = std::sqrt(variance);
  const double of_mean = variance * (1 / count + test_per_training);
  const double reach = student_t_quantile((1 + kLevel) / 2, count - 1) * std::sqrt(of_mean);
  spread.interval = {spread.mean - reach, spread.mean + reach};
  return spread;
}

}  // namespace sequent
