// Mean and deviation of channels in one pass.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sequent {

/// Computes mean and deviation in one pass (Welford 1962), which stays accurate if the mean is far
/// larger than the deviation.
class Welford {
 public:
  explicit Welford(std::int64_t channels)
      : mean_(static_cast<std::size_t>(channels), 0.0), squares_(mean_.size(), 0.0) {}

  /// Shapes: [steps, channels], in row-major order.
  template <class Number>
  void add(std::span<const Number> values) {
    for (std::size_t begin = 0; begin < values.size(); begin += mean_.size()) {
      ++count_;
      for (std::size_t c = 0; c < mean_.size(); ++c) {
        const double away = values[begin + c] - mean_[c];
        mean_[c] += away / count_;
        squares_[c] += away * (values[begin + c] - mean_[c]);
      }
    }
  }

  std::size_t size() const { return mean_.size(); }
  double mean(std::size_t channel) const { return mean_[channel]; }
  double deviation(std::size_t channel) const { return std::sqrt(squares_[channel] / count_); }

 private:
  std::vector<double> mean_;
  std::vector<double> squares_;
  double count_ = 0;
};

}  // namespace sequent
