#include "search/importance.h"

#include <algorithm>
#include <cmath>

#include "search/parzen.h"
#include "search/tune_sampler.h"

namespace sequent {
namespace {

constexpr std::size_t kFewestTrials = 10;
constexpr std::size_t kFewestBest = 2;
constexpr int kGridSteps = 50;

/// Returns the points at which densities are compared.
std::vector<double> grid_of(const ParzenAxis& axis) {
  std::vector<double> grid;
  if (axis.choices > 0) {
    for (std::size_t i = 0; i < axis.choices; ++i) grid.push_back(static_cast<double>(i));
    return grid;
  }
  const double steps = axis.step > 0 ? std::round((axis.high - axis.low) / axis.step) : 0;
  if (axis.step > 0 && steps < kGridSteps) {
    for (int i = 0; i <= static_cast<int>(steps); ++i) grid.push_back(axis.low + i * axis.step);
    return grid;
  }
  for (int i = 0; i < kGridSteps; ++i) {
    grid.push_back(axis.low + (axis.high - axis.low) * i / (kGridSteps - 1));
  }
  return grid;
}

/// Returns the probabilities of the grid's points under a density of `points`.
std::vector<double> shares_of(const ParzenAxis& axis,
                              const std::vector<std::vector<double>>& points,
                              const std::vector<double>& grid) {
  const ParzenEstimator density({axis}, points, points.size());
  std::vector<double> shares;
  double sum = 0;
  for (const double x : grid) {
    shares.push_back(std::exp(density.log_density({x})));
    sum += shares.back();
  }
  for (double& share : shares) share /= sum;
  return shares;
}

double divergence(const Dimension& dimension, const std::vector<TrialResult>& complete,
                  std::size_t best) {
  std::vector<std::vector<double>> top;
  std::vector<std::vector<double>> all;
  for (std::size_t i = 0; i < complete.size(); ++i) {
    const auto found = complete[i].values.find(dimension.path);
    if (found == complete[i].values.end()) continue;
    all.push_back({number_of(dimension.spec, found->second)});
    if (i < best) top.push_back(all.back());
  }
  if (top.empty()) return 0;
  const ParzenAxis axis = axis_of(dimension.spec);
  const std::vector<double> grid = grid_of(axis);
  const std::vector<double> p = shares_of(axis, top, grid);
  const std::vector<double> q = shares_of(axis, all, grid);
  double sum = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) sum += q[i] * std::pow(p[i] / q[i] - 1, 2);
  return sum;
}

}  // namespace

std::vector<OptionImportance> importances(const std::vector<TrialResult>& results,
                                          const std::vector<Dimension>& dimensions,
                                          Direction direction) {
  std::vector<TrialResult> complete;
  for (const TrialResult& result : results) {
    if (result.state == TrialState::kComplete) complete.push_back(result);
  }
  if (complete.size() < kFewestTrials) return {};
  std::stable_sort(complete.begin(), complete.end(), [&](const auto& a, const auto& b) {
    return observation_of(a, direction).rank < observation_of(b, direction).rank;
  });
  const std::size_t best = std::max(kFewestBest, (complete.size() + 9) / 10);
  std::vector<OptionImportance> shares;
  double sum = 0;
  for (const Dimension& dimension : dimensions) {
    shares.push_back({dimension.path, divergence(dimension, complete, best)});
    sum += shares.back().share;
  }
  for (OptionImportance& one : shares) one.share = sum > 0 ? one.share / sum : 0;
  std::stable_sort(shares.begin(), shares.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
  return shares;
}

}  // namespace sequent
