#include "metrics/conformal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace sequent {
namespace {

/// Returns a number in [0, 1) that depends on the two greatest probabilities.
double random_share(float greatest, float second) {
  constexpr float kSteps = 1024;
  const auto step = [](float value) {
    return static_cast<std::uint64_t>(std::lround(value * kSteps));
  };
  const std::uint64_t bits = mix_bits(step(greatest) * static_cast<std::uint64_t>(kSteps + 1) +
                                      step(second) + kGoldenGamma);
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

std::vector<double> adaptive_scores(std::span<const float> probabilities) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] > probabilities[b];
  });
  const double share =
      random_share(probabilities[order[0]], order.size() > 1 ? probabilities[order[1]] : 0.0F);
  std::vector<double> scores(probabilities.size());
  double before = 0;
  for (const std::size_t index : order) {
    scores[index] = before + share * probabilities[index];
    before += probabilities[index];
  }
  return scores;
}

double rounded_up(double value) {
  constexpr int kDigits = 6;
  if (value == 0) return 0;
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1 - kDigits;
  const double unit = std::pow(10.0, std::abs(exponent));
  return exponent < 0 ? std::ceil(value * unit) / unit : std::ceil(value / unit) * unit;
}

}  // namespace

std::vector<double> conformal_scores(ConformalScore score, std::span<const float> probabilities) {
  if (score == ConformalScore::kAps) return adaptive_scores(probabilities);
  std::vector<double> scores;
  scores.reserve(probabilities.size());
  for (const float probability : probabilities) {
    scores.push_back(1 - static_cast<double>(probability));
  }
  return scores;
}

std::vector<RankedValue> ranked_values(std::vector<double> values, std::size_t most) {
  std::sort(values.begin(), values.end());
  const std::size_t count = std::min(values.size(), most);
  std::vector<RankedValue> ranked;
  ranked.reserve(count);
  for (std::size_t i = 1; i <= count; ++i) {
    const std::size_t rank = (i * values.size() + count - 1) / count;
    ranked.push_back({static_cast<std::int64_t>(rank), rounded_up(values[rank - 1])});
  }
  return ranked;
}

std::int64_t conformal_rank(std::int64_t rows, double level) {
  // Decimal levels such as 0.9 are slightly below or above their binary form.
  constexpr double kRounding = 1e-9;
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>(rows + 1) * level * (1 - kRounding)));
}

std::int64_t rows_for_level(double level) {
  auto rows = static_cast<std::int64_t>(level / (1 - level));
  while (rows > 1 && conformal_rank(rows - 1, level) <= rows - 1) --rows;
  while (conformal_rank(rows, level) > rows) ++rows;
  return rows;
}

std::optional<double> conformal_bound(std::span<const RankedValue> values, double level) {
  if (values.empty()) return std::nullopt;
  const std::int64_t rank = conformal_rank(values.back().rank, level);
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const RankedValue& one) { return one.rank >= rank; });
  if (found == values.end()) return std::nullopt;
  return found->value;
}

}  // namespace sequent
