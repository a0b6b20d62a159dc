// Linear-chain conditional random fields (Lafferty et al. 2001): what a sequence of tags scores,
// the best one, and how probable they are. Plain loops in double, one row at a time.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent::kernels {

/// What a transition scores that the tags' scheme forbids.
constexpr double kForbiddenScore = -10000;

/// Where the derivatives of a log-likelihood are added. Shapes: as the values they belong to.
struct CrfGradient {
  double* emissions = nullptr;    // [steps, K]
  double* start = nullptr;        // [K]
  double* transitions = nullptr;  // [K, K]
  double* end = nullptr;          // [K]
};

/// A path y scores start[y_1] + sum of transitions[y_{t-1}, y_t] + end[y_n] + sum of
/// emissions[t, y_t]. Scores of what is forbidden are far below the others, such as -10000.
/// Threads: all functions may be called from many at once.
class Crf {
 public:
  /// Shapes: start, end [K]; transitions [K, K], from and to. All outlive this.
  Crf(std::int64_t tags, const double* start, const double* transitions, const double* end);

  /// ln p(path). Shapes: emissions [steps, K], path [steps]; steps at least 1.
  double log_likelihood(const double* emissions, std::int64_t steps,
                        const std::int64_t* path) const;

  /// Adds `weight` times the derivatives of ln p(path).
  void add_gradient(const double* emissions, std::int64_t steps, const std::int64_t* path,
                    double weight, const CrfGradient& gradient) const;

  /// p(y_t = k). Shapes: -> [steps, K], rows summing to 1.
  std::vector<double> marginals(const double* emissions, std::int64_t steps) const;

  /// The path with the greatest score (Viterbi 1967), the first among equals.
  std::vector<std::int64_t> best_path(const double* emissions, std::int64_t steps) const;

  double score(const double* emissions, std::int64_t steps, const std::int64_t* path) const;

 private:
  /// ln of the summed scores of all beginnings that end in each tag, and of all ends that start
  /// after it. Shapes: [steps, K].
  struct Sums {
    std::vector<double> before;
    std::vector<double> after;
    double all = 0;
  };
  std::vector<double> sums_before(const double* emissions, std::int64_t steps) const;
  Sums sums(const double* emissions, std::int64_t steps) const;

  std::int64_t tags_;
  const double* start_;
  const double* transitions_;
  const double* end_;
  double shift_;                     // the greatest transition
  std::vector<double> multipliers_;  // exp(transitions - shift) [K, K]
};

}  // namespace sequent::kernels
