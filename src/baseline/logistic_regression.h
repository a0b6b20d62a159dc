// Logistic regression on sparse rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "baseline/sparse_rows.h"

namespace sequent {

class ThreadPool;

/// Multinomial logistic regression; with two classes, one set of weights.
class LogisticRegression {
 public:
  LogisticRegression(std::size_t features, std::size_t classes);

  struct Options {
    double c = 1;  // weight of the losses against half the squared weights, as scikit-learn's C
    int iterations = 100;
    double tolerance = 1e-3;  // stops when the gradient is this fraction of that at zero
  };

  /// Minimizes c * sum of the losses + |w|^2 / 2 by L-BFGS (Liu and Nocedal 1989) from the present
  /// weights; the biases are not penalized. The result does not depend on the number of threads.
  void fit(const SparseLists& rows, std::span<const std::int32_t> labels, const Options& options,
           ThreadPool& pool);

  /// Shapes: -> [classes], sum 1.
  std::vector<float> probabilities(std::span<const SparseValue> row) const;

 private:
  class Problem;
  std::size_t features_;
  std::size_t classes_;
  std::size_t outputs_;         // 1 for two classes
  std::vector<float> weights_;  // [features + 1, outputs]; the last row holds the biases
};

}  // namespace sequent
