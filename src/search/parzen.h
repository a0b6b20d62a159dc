// Parzen estimators of TPE: densities of trials over several options at once.
#pragma once

#include <cstddef>
#include <vector>

#include "search/tune_random.h"

namespace sequent {

/// The values of one option: numbers in low..high (logarithms for a logarithmic range), or the
/// indices of `choices` values.
struct ParzenAxis {
  double low = 0;
  double high = 1;
  double step = 0;          // above 0: low, low + step, ...
  std::size_t choices = 0;  // above 0: indices

  double width() const { return high - low + step; }
};

/// A mixture with one kernel for each observation and one for the prior. Each kernel is a product
/// over the axes: a truncated normal distribution, discrete on an axis with a step, or a
/// distribution over the choices.
///
/// Source: the multivariate TPE of Optuna 3 (Bergstra et al. 2011; Falkner et al. 2018; Watanabe
/// 2023) with its defaults: prior weight 1; bandwidth 0.2 n^(-1/(d+4)) of the range, at least
/// 1/min(100, 1 + kernels) of it; and weights that are 1 for the last 25 observations and rise
/// linearly from 1/n to 1 over earlier ones.
class ParzenEstimator {
 public:
  /// The number of latest observations whose weight is not reduced.
  static constexpr std::size_t kFullWeight = 25;

  /// Shapes: observations [n][axes], in the order of the trials.
  ParzenEstimator(std::vector<ParzenAxis> axes, std::vector<std::vector<double>> observations,
                  std::size_t full_weight = kFullWeight);

  /// Draws a point from the mixture.
  std::vector<double> sample(TrialRandom& random) const;

  /// Returns the logarithm of the density at a point.
  double log_density(const std::vector<double>& point) const;

  /// The weights of the kernels, the prior last. They sum to 1.
  const std::vector<double>& weights() const { return weights_; }

  /// The standard deviation of the kernels of observations on a numeric axis.
  double bandwidth(std::size_t axis) const;

 private:
  std::size_t prior() const { return observations_.size(); }
  double center(std::size_t kernel, std::size_t axis) const;
  double deviation(std::size_t kernel, std::size_t axis) const;
  double choice_share(std::size_t kernel, std::size_t axis, std::size_t choice) const;
  double log_kernel(std::size_t kernel, std::size_t axis, double value) const;

  std::vector<ParzenAxis> axes_;
  std::vector<std::vector<double>> observations_;
  std::vector<double> weights_;
};

}  // namespace sequent
