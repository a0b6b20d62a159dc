#include "search/parzen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace sequent {
namespace {

constexpr double kPriorWeight = 1;

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// Returns the weights of n observations and the prior.
std::vector<double> kernel_weights(std::size_t n, std::size_t full_weight) {
  std::vector<double> weights(n, 1.0);
  if (n > full_weight) {
    const std::size_t ramp = n - full_weight;
    const double first = 1.0 / static_cast<double>(n);
    for (std::size_t i = 0; i < ramp; ++i) {
      const double share = ramp > 1 ? static_cast<double>(i) / static_cast<double>(ramp - 1) : 0;
      weights[i] = first + (1 - first) * share;
    }
  }
  weights.push_back(kPriorWeight);
  double sum = 0;
  for (const double weight : weights) sum += weight;
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace

ParzenEstimator::ParzenEstimator(std::vector<ParzenAxis> axes,
                                 std::vector<std::vector<double>> observations,
                                 std::size_t full_weight)
    : axes_(std::move(axes)),
      observations_(std::move(observations)),
      weights_(kernel_weights(observations_.size(), full_weight)) {}

double ParzenEstimator::bandwidth(std::size_t axis) const {
  const double width = axes_[axis].width();
  const auto n = static_cast<double>(std::max<std::size_t>(observations_.size(), 1));
  const auto kernels = static_cast<double>(observations_.size() + 1);
  constexpr double kMagnitude = 0.2;
  const double sigma =
      kMagnitude * std::pow(n, -1.0 / (static_cast<double>(axes_.size()) + 4)) * width;
  return std::clamp(sigma, width / std::min(100.0, 1 + kernels), width);
}

double ParzenEstimator::center(std::size_t kernel, std::size_t axis) const {
  if (kernel == prior()) return (axes_[axis].low + axes_[axis].high) / 2;
  return observations_[kernel][axis];
}

double ParzenEstimator::deviation(std::size_t kernel, std::size_t axis) const {
  return kernel == prior() ? axes_[axis].width() : bandwidth(axis);
}

/// The prior is uniform; an observation adds 1 to its own choice before the shares are normalized.
double ParzenEstimator::choice_share(std::size_t kernel, std::size_t axis,
                                     std::size_t choice) const {
  const auto choices = static_cast<double>(axes_[axis].choices);
  const double base = kPriorWeight / static_cast<double>(observations_.size() + 1);
  const bool observed = kernel != prior();
  const bool hit = observed && static_cast<std::size_t>(observations_[kernel][axis]) == choice;
  return (base + (hit ? 1 : 0)) / (base * choices + (observed ? 1 : 0));
}

double ParzenEstimator::log_kernel(std::size_t kernel, std::size_t axis, double value) const {
  const ParzenAxis& range = axes_[axis];
  if (range.choices > 0) {
    return std::log(choice_share(kernel, axis, static_cast<std::size_t>(value)));
  }
  if (range.width() <= 0) return 0;  // a single value
  const double mean = center(kernel, axis);
  const double sigma = deviation(kernel, axis);
  const auto cdf = [&](double x) { return normal_cdf((x - mean) / sigma); };
  const double half = range.step / 2;
  const double mass = cdf(range.high + half) - cdf(range.low - half);
  if (half > 0) return std::log((cdf(value + half) - cdf(value - half)) / mass);
  const double z = (value - mean) / sigma;
  return -0.5 * z * z - std::log(sigma * std::sqrt(2 * std::numbers::pi) * mass);
}

double ParzenEstimator::log_density(const std::vector<double>& point) const {
  std::vector<double> terms;
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t kernel = 0; kernel < weights_.size(); ++kernel) {
    double term = std::log(weights_[kernel]);
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      term += log_kernel(kernel, axis, point[axis]);
    }
    terms.push_back(term);
    largest = std::max(largest, term);
  }
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

std::vector<double> ParzenEstimator::sample(TrialRandom& random) const {
  std::size_t kernel = 0;
  for (double left = random.uniform(); kernel + 1 < weights_.size(); ++kernel) {
    left -= weights_[kernel];
    if (left < 0) break;
  }
  std::vector<double> point;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    const ParzenAxis& range = axes_[axis];
    if (range.choices > 0) {
      std::size_t choice = 0;
      for (double left = random.uniform(); choice + 1 < range.choices; ++choice) {
        left -= choice_share(kernel, axis, choice);
        if (left < 0) break;
      }
      point.push_back(static_cast<double>(choice));
      continue;
    }
    if (range.width() <= 0) {
      point.push_back(range.low);
      continue;
    }
    // The center is within the range and the deviation at most its width, so that at least a third
    // of the draws are within it.
    const double half = range.step / 2;
    double value = 0;
    do {
      value = center(kernel, axis) + deviation(kernel, axis) * random.normal();
    } while (value < range.low - half || value > range.high + half);
    if (half > 0) value = range.low + std::round((value - range.low) / range.step) * range.step;
    point.push_back(std::clamp(value, range.low, range.high));
  }
  return point;
}

}  // namespace sequent
