// Linear-chain conditional random fields (Lafferty et al. 2001): the score of a tag sequence, the
// best sequence and its probability. Implemented as plain loops in double precision, one row at a
// time.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent::kernels {

/// The score of a transition that the tagging scheme forbids.
constexpr double kForbiddenScore = -10000;

/// Where the derivatives of a log-likelihood are accumulated. Shapes match the corresponding
/// values.
struct CrfGradient {
  double* emissions = nullptr;    // [steps, K]
  double* start = nullptr;        // [K]
  double* transitions = nullptr;  // [K, K]
  double* end = nullptr;          // [K]
};

/// The score of a path y is start[y_1] + sum of transitions[y_{t-1}, y_t] + end[y_n] + sum of
/// emissions[t, y_t]. The scores of forbidden transitions are far below all others, such as -10000.
///
/// Threads: all methods may be called concurrently.
class Crf {
 public:
  /// Shapes: start, end [K]; transitions [K, K], indexed by from and to. All must outlive this
  /// object.
  Crf(std::int64_t tags, const double* start, const double* transitions, const double* end);

  /// Returns ln p(path). Shapes: emissions [steps, K], path [steps]; steps is at least 1.
  double log_likelihood(const double* emissions, std::int64_t steps,
                        const std::int64_t* path) const;

  /// Adds `weight` times the derivatives of ln p(path) to `gradient`.
  void add_gradient(const double* emissions, std::int64_t steps, const std::int64_t* path,
                    double weight, const CrfGradient& gradient) const;

  /// Returns p(y_t = k). Shapes: -> [steps, K], each row sums to 1.
  std::vector<double> marginals(const double* emissions, std::int64_t steps) const;

  /// Returns the path with the greatest score (Viterbi 1967), or the first of several equal ones.
  std::vector<std::int64_t> best_path(const double* emissions, std::int64_t steps) const;

  double score(const double* emissions, std::int64_t steps, const std::int64_t* path) const;

 private:
  /// `before` is the log-sum of the scores of all path prefixes that end in each tag; `after` is
  /// the log-sum of all path suffixes that follow it. Shapes: [steps, K].
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
