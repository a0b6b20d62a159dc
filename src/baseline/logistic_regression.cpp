#include "baseline/logistic_regression.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "core/thread_pool.h"

namespace sequent {
namespace {

using Vector = std::vector<float>;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

void add_scaled(Vector& to, double factor, const Vector& from) {
  const auto scale = static_cast<float>(factor);
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += scale * from[i];
}

/// The scores of a row. Shapes: weights [features + 1, outputs], scores [outputs].
void score_row(std::span<const SparseValue> row, const Vector& weights, std::span<double> scores) {
  const std::size_t outputs = scores.size();
  const float* biases = weights.data() + weights.size() - outputs;
  std::copy(biases, biases + outputs, scores.begin());
  for (const SparseValue& value : row) {
    const float* of_feature = weights.data() + static_cast<std::size_t>(value.index) * outputs;
    for (std::size_t k = 0; k < outputs; ++k) {
      scores[k] += static_cast<double>(value.value) * static_cast<double>(of_feature[k]);
    }
  }
}

/// Replaces scores by the derivatives of the loss and returns the loss.
double differentiate(std::span<double> scores, std::int32_t label) {
  if (scores.size() == 1) {
    const double sign = label == 1 ? 1 : -1;
    const double margin = sign * scores[0];
    const double loss =
        margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
    scores[0] = -sign / (1 + std::exp(margin));
    return loss;
  }
  const double greatest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores) sum += std::exp(score - greatest);
  const double log_sum = greatest + std::log(sum);
  const double loss = log_sum - scores[static_cast<std::size_t>(label)];
  for (double& score : scores) score = std::exp(score - log_sum);
  scores[static_cast<std::size_t>(label)] -= 1;
  return loss;
}

constexpr std::size_t kChunk = 256;  // rows or features per task

}  // namespace

/// The function to minimize, and its gradient.
class LogisticRegression::Problem {
 public:
  Problem(const SparseLists& rows, std::span<const std::int32_t> labels, std::size_t features,
          std::size_t outputs, double c, ThreadPool& pool)
      : rows_(rows),
        columns_(rows.transposed(features)),
        labels_(labels),
        outputs_(outputs),
        c_(c),
        pool_(pool),
        slopes_(rows.size() * outputs),
        losses_(rows.size()) {}

  double evaluate(const Vector& weights, Vector& gradient) {
    for_each_chunk(rows_.size(), [&](std::size_t row) {
      std::vector<double> scores(outputs_);
      score_row(rows_[row], weights, scores);
      losses_[row] = differentiate(scores, labels_[row]);
      for (std::size_t k = 0; k < outputs_; ++k) {
        slopes_[row * outputs_ + k] = static_cast<float>(c_ * scores[k]);
      }
    });
    for_each_chunk(columns_.size(), [&](std::size_t feature) {
      float* of_feature = gradient.data() + feature * outputs_;
      std::copy_n(weights.data() + feature * outputs_, outputs_, of_feature);
      for (const SparseValue& value : columns_[feature]) {
        const float* slopes = slopes_.data() + static_cast<std::size_t>(value.index) * outputs_;
        for (std::size_t k = 0; k < outputs_; ++k) of_feature[k] += value.value * slopes[k];
      }
    });
    std::vector<double> of_biases(outputs_);
    double loss = 0;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      loss += losses_[row];
      for (std::size_t k = 0; k < outputs_; ++k) of_biases[k] += slopes_[row * outputs_ + k];
    }
    const std::size_t biases = gradient.size() - outputs_;
    for (std::size_t k = 0; k < outputs_; ++k) {
      gradient[biases + k] = static_cast<float>(of_biases[k]);
    }
    double squares = 0;
    for (std::size_t i = 0; i < biases; ++i) {
      squares += static_cast<double>(weights[i]) * static_cast<double>(weights[i]);
    }
    return c_ * loss + squares / 2;
  }

 private:
  template <class Work>
  void for_each_chunk(std::size_t count, const Work& work) {
    pool_.run((count + kChunk - 1) / kChunk, [&](std::size_t chunk) {
      const std::size_t end = std::min(count, (chunk + 1) * kChunk);
      for (std::size_t i = chunk * kChunk; i < end; ++i) work(i);
    });
  }

  const SparseLists& rows_;
  SparseLists columns_;
  std::span<const std::int32_t> labels_;
  std::size_t outputs_;
  double c_;
  ThreadPool& pool_;
  std::vector<float> slopes_;  // [rows, outputs]
  std::vector<double> losses_;
};

LogisticRegression::LogisticRegression(std::size_t features, std::size_t classes)
    : features_(features),
      classes_(classes),
      outputs_(classes == 2 ? 1 : classes),
      weights_((features + 1) * outputs_) {}

void LogisticRegression::fit(const SparseLists& rows, std::span<const std::int32_t> labels,
                             const Options& options, ThreadPool& pool) {
  constexpr std::size_t kMemory = 7;
  constexpr double kDecrease = 1e-4;
  constexpr int kHalvings = 30;
  Problem problem(rows, labels, features_, outputs_, options.c, pool);
  Vector gradient(weights_.size());
  // The gradient at zero, so that warm starts stop at the same precision.
  const double at_zero = [&] {
    problem.evaluate(Vector(weights_.size()), gradient);
    return std::sqrt(dot(gradient, gradient));
  }();
  double value = problem.evaluate(weights_, gradient);
  struct Step {
    Vector moved;
    Vector turned;
    double product;
  };
  std::deque<Step> steps;
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    if (std::sqrt(dot(gradient, gradient)) <= options.tolerance * at_zero) break;
    Vector direction = gradient;
    std::vector<double> alphas(steps.size());
    for (std::size_t i = steps.size(); i-- > 0;) {
      alphas[i] = dot(steps[i].moved, direction) / steps[i].product;
      add_scaled(direction, -alphas[i], steps[i].turned);
    }
    double scale = 1 / std::max(1.0, std::sqrt(dot(gradient, gradient)));
    if (!steps.empty())
      scale = steps.back().product / dot(steps.back().turned, steps.back().turned);
    for (float& x : direction) x = static_cast<float>(x * -scale);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double beta = dot(steps[i].turned, direction) / steps[i].product;
      add_scaled(direction, -alphas[i] - beta, steps[i].moved);
    }
    const double slope = dot(gradient, direction);
    if (!(slope < 0)) break;
    Vector next(weights_.size());
    Vector next_gradient(weights_.size());
    double rate = 1;
    double next_value = value;
    int halvings = 0;
    for (; halvings < kHalvings; ++halvings, rate /= 2) {
      next = weights_;
      add_scaled(next, rate, direction);
      next_value = problem.evaluate(next, next_gradient);
      if (next_value <= value + kDecrease * rate * slope) break;
    }
    if (halvings == kHalvings) break;
    Step step{next, next_gradient, 0};
    add_scaled(step.moved, -1, weights_);
    add_scaled(step.turned, -1, gradient);
    step.product = dot(step.moved, step.turned);
    weights_ = std::move(next);
    gradient = std::move(next_gradient);
    value = next_value;
    if (step.product > 1e-12 * dot(step.turned, step.turned)) {
      steps.push_back(std::move(step));
      if (steps.size() > kMemory) steps.pop_front();
    }
  }
}

std::vector<float> LogisticRegression::probabilities(std::span<const SparseValue> row) const {
  std::vector<double> scores(outputs_);
  score_row(row, weights_, scores);
  if (outputs_ == 1) {
    const auto second = static_cast<float>(1 / (1 + std::exp(-scores[0])));
    return {1 - second, second};
  }
  const double greatest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - greatest);
  std::vector<float> result;
  result.reserve(scores.size());
  for (const double score : scores) result.push_back(static_cast<float>(score / sum));
  return result;
}

}  // namespace sequent
