#include "kernels/crf.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sequent::kernels {
namespace {

std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

/// The least value of a sum before its logarithm. A smaller sum means that all its paths are
/// practically forbidden.
constexpr double kLeastSum = std::numeric_limits<double>::min();

double log_of_sum(const double* scores, std::int64_t count) {
  const double most = *std::max_element(scores, scores + count);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += std::exp(scores[i] - most);
  return most + std::log(sum);
}

/// Computes exp(scores - most) and returns most.
double exponents(const double* scores, std::int64_t count, std::vector<double>& result) {
  const double most = *std::max_element(scores, scores + count);
  result.resize(size(count));
  for (std::int64_t i = 0; i < count; ++i) result[size(i)] = std::exp(scores[i] - most);
  return most;
}

}  // namespace

Crf::Crf(std::int64_t tags, const double* start, const double* transitions, const double* end)
    : tags_(tags),
      start_(start),
      transitions_(transitions),
      end_(end),
      shift_(*std::max_element(transitions, transitions + tags * tags)),
      multipliers_(size(tags * tags)) {
  for (std::size_t i = 0; i < multipliers_.size(); ++i) {
    multipliers_[i] = std::exp(transitions[i] - shift_);
  }
}

double Crf::score(const double* emissions, std::int64_t steps, const std::int64_t* path) const {
  double sum = start_[path[0]] + end_[path[steps - 1]];
  for (std::int64_t t = 0; t < steps; ++t) {
    sum += emissions[t * tags_ + path[t]];
    if (t > 0) sum += transitions_[path[t - 1] * tags_ + path[t]];
  }
  return sum;
}

std::vector<double> Crf::sums_before(const double* emissions, std::int64_t steps) const {
  std::vector<double> before(size(steps * tags_));
  for (std::int64_t j = 0; j < tags_; ++j) before[size(j)] = start_[j] + emissions[j];
  std::vector<double> last;
  std::vector<double> sum;
  for (std::int64_t t = 1; t < steps; ++t) {
    const double most = exponents(before.data() + (t - 1) * tags_, tags_, last);
    sum.assign(size(tags_), 0);
    for (std::int64_t i = 0; i < tags_; ++i) {
      const double factor = last[size(i)];
      const double* row = multipliers_.data() + i * tags_;
      for (std::int64_t j = 0; j < tags_; ++j) sum[size(j)] += factor * row[j];
    }
    for (std::int64_t j = 0; j < tags_; ++j) {
      before[size(t * tags_ + j)] =
          most + shift_ + std::log(std::max(sum[size(j)], kLeastSum)) + emissions[t * tags_ + j];
    }
  }
  return before;
}

Crf::Sums Crf::sums(const double* emissions, std::int64_t steps) const {
  Sums result{sums_before(emissions, steps), std::vector<double>(size(steps * tags_)), 0};
  std::copy(end_, end_ + tags_, result.after.data() + (steps - 1) * tags_);
  std::vector<double> ahead(size(tags_));
  std::vector<double> next;
  for (std::int64_t t = steps - 2; t >= 0; --t) {
    for (std::int64_t j = 0; j < tags_; ++j) {
      const std::int64_t at = (t + 1) * tags_ + j;
      ahead[size(j)] = emissions[at] + result.after[size(at)];
    }
    const double most = exponents(ahead.data(), tags_, next);
    for (std::int64_t i = 0; i < tags_; ++i) {
      const double* row = multipliers_.data() + i * tags_;
      double sum = 0;
      for (std::int64_t j = 0; j < tags_; ++j) sum += row[j] * next[size(j)];
      result.after[size(t * tags_ + i)] = most + shift_ + std::log(std::max(sum, kLeastSum));
    }
  }
  std::vector<double> whole(size(tags_));
  for (std::int64_t j = 0; j < tags_; ++j) {
    whole[size(j)] = result.before[size((steps - 1) * tags_ + j)] + end_[j];
  }
  result.all = log_of_sum(whole.data(), tags_);
  return result;
}

double Crf::log_likelihood(const double* emissions, std::int64_t steps,
                           const std::int64_t* path) const {
  std::vector<double> whole = sums_before(emissions, steps);
  double* last = whole.data() + (steps - 1) * tags_;
  for (std::int64_t j = 0; j < tags_; ++j) last[j] += end_[j];
  return score(emissions, steps, path) - log_of_sum(last, tags_);
}

void Crf::add_gradient(const double* emissions, std::int64_t steps, const std::int64_t* path,
                       double weight, const CrfGradient& gradient) const {
  const Sums found = sums(emissions, steps);
  const auto probability = [&](std::int64_t t, std::int64_t k) {
    const std::size_t at = size(t * tags_ + k);
    return std::exp(found.before[at] + found.after[at] - found.all);
  };
  for (std::int64_t k = 0; k < tags_; ++k) {
    gradient.start[k] -= weight * probability(0, k);
    gradient.end[k] -= weight * probability(steps - 1, k);
    for (std::int64_t t = 0; t < steps; ++t) {
      gradient.emissions[t * tags_ + k] -= weight * probability(t, k);
    }
  }
  gradient.start[path[0]] += weight;
  gradient.end[path[steps - 1]] += weight;
  std::vector<double> ahead(size(tags_));
  std::vector<double> from;
  std::vector<double> to;
  for (std::int64_t t = 0; t < steps; ++t) {
    gradient.emissions[t * tags_ + path[t]] += weight;
    if (t + 1 == steps) break;
    gradient.transitions[path[t] * tags_ + path[t + 1]] += weight;
    // p(y_t = i, y_{t+1} = j) = before_i * transition_ij * emission_j * after_j / all.
    for (std::int64_t j = 0; j < tags_; ++j) {
      const std::int64_t at = (t + 1) * tags_ + j;
      ahead[size(j)] = emissions[at] + found.after[size(at)];
    }
    const double scale = exponents(found.before.data() + t * tags_, tags_, from) +
                         exponents(ahead.data(), tags_, to) + shift_ - found.all;
    const double factor = weight * std::exp(scale);
    for (std::int64_t i = 0; i < tags_; ++i) {
      const double of_row = factor * from[size(i)];
      const double* multipliers = multipliers_.data() + i * tags_;
      double* row = gradient.transitions + i * tags_;
      for (std::int64_t j = 0; j < tags_; ++j) row[j] -= of_row * multipliers[j] * to[size(j)];
    }
  }
}

std::vector<double> Crf::marginals(const double* emissions, std::int64_t steps) const {
  Sums found = sums(emissions, steps);
  for (std::int64_t t = 0; t < steps; ++t) {
    double* row = found.before.data() + t * tags_;
    for (std::int64_t k = 0; k < tags_; ++k) {
      row[k] = std::exp(row[k] + found.after[size(t * tags_ + k)] - found.all);
    }
  }
  return std::move(found.before);
}

std::vector<std::int64_t> Crf::best_path(const double* emissions, std::int64_t steps) const {
  std::vector<double> best(size(tags_));
  std::vector<double> next(size(tags_));
  std::vector<std::int64_t> from(size(steps * tags_));
  for (std::int64_t j = 0; j < tags_; ++j) best[size(j)] = start_[j] + emissions[j];
  for (std::int64_t t = 1; t < steps; ++t) {
    std::int64_t* origin = from.data() + t * tags_;
    next.assign(size(tags_), -std::numeric_limits<double>::infinity());
    for (std::int64_t i = 0; i < tags_; ++i) {
      const double* row = transitions_ + i * tags_;
      for (std::int64_t j = 0; j < tags_; ++j) {
        const double reached = best[size(i)] + row[j];
        if (reached > next[size(j)]) {
          next[size(j)] = reached;
          origin[j] = i;
        }
      }
    }
    for (std::int64_t j = 0; j < tags_; ++j) {
      best[size(j)] = next[size(j)] + emissions[t * tags_ + j];
    }
  }
  for (std::int64_t j = 0; j < tags_; ++j) best[size(j)] += end_[j];
  std::vector<std::int64_t> path(size(steps));
  path.back() = std::max_element(best.begin(), best.end()) - best.begin();
  for (std::int64_t t = steps - 1; t > 0; --t) {
    path[size(t - 1)] = from[size(t * tags_ + path[size(t)])];
  }
  return path;
}

}  // namespace sequent::kernels
