#include "infer/integrated_gradients.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>

#include "infer/stages.h"

namespace sequent {
namespace {

/// Returns the vectors at the points alpha * x of the path, one row for each.
StepValues scaled(const StepValues& x, std::span<const double> alphas) {
  StepValues result(x.steps, std::ssize(alphas), x.width);
  for (std::int64_t step = 0; step < x.steps; ++step) {
    for (std::int64_t row = 0; row < result.rows; ++row) {
      std::transform(x.at(step, 0), x.at(step, 0) + x.width, result.at(step, row),
                     [alpha = alphas[to_size(row)]](double value) { return alpha * value; });
    }
  }
  return result;
}

/// A row whose path is followed.
class Path {
 public:
  Path(const GradientModel& model, const std::vector<InputRow>& texts,
       const ExplainedNumber& number)
      : model_(model), number_(number), features_(texts.front().features) {
    for (const InputRow& text : texts) {
      ends_.push_back(model.embed(text));
      tokens_ += ends_.back().steps;
    }
  }

  std::int64_t tokens() const { return tokens_; }

  ModelPass run(std::span<const double> alphas) const {
    std::vector<StepValues> texts;
    for (const StepValues& end : ends_) texts.push_back(scaled(end, alphas));
    return model_.run(std::move(texts), features_);
  }

  double number(const StepValues& output, std::int64_t row) const {
    double sum = number_.offset;
    for (const auto& term : number_.terms) {
      sum += term.weight * output.at(term.step, row)[term.output];
    }
    return sum;
  }

  /// Adds the points' part of the integral to the attributions of the tokens.
  void add(std::span<const double> alphas, std::span<const double> weights,
           std::vector<double>& of_tokens) const {
    const ModelPass pass = run(alphas);
    StepValues gradient(pass.output.steps, pass.output.rows, pass.output.width);
    for (std::int64_t row = 0; row < gradient.rows; ++row) {
      for (const auto& term : number_.terms) {
        gradient.at(term.step, row)[term.output] += term.weight * weights[to_size(row)];
      }
    }
    const std::vector<StepValues> of_texts = pass.backward(gradient);
    std::size_t token = 0;
    for (std::size_t text = 0; text < of_texts.size(); ++text) {
      const StepValues& end = ends_[text];
      for (std::int64_t step = 0; step < end.steps; ++step, ++token) {
        for (std::int64_t row = 0; row < gradient.rows; ++row) {
          of_tokens[token] += std::inner_product(end.at(step, 0), end.at(step, 0) + end.width,
                                                 of_texts[text].at(step, row), 0.0);
        }
      }
    }
  }

 private:
  const GradientModel& model_;
  const ExplainedNumber& number_;
  std::span<const float> features_;  // of the row
  std::vector<StepValues> ends_;     // of each text: its vectors
  std::int64_t tokens_ = 0;
};

/// The attributions with `steps` points.
std::vector<double> integral(const Path& path, std::int64_t steps) {
  constexpr std::int64_t kTokensTogether = 2048;  // bounds the memory
  const std::int64_t together = std::clamp<std::int64_t>(kTokensTogether / path.tokens(), 1, steps);
  const Quadrature quadrature = gauss_legendre(steps);
  std::vector<double> result(to_size(path.tokens()));
  for (std::int64_t at = 0; at < steps; at += together) {
    const std::size_t count = to_size(std::min(together, steps - at));
    path.add(std::span(quadrature.points).subspan(to_size(at), count),
             std::span(quadrature.weights).subspan(to_size(at), count), result);
  }
  return result;
}

/// Infinite if there are no values before.
double greatest_change(const std::vector<double>& before, const std::vector<double>& after) {
  if (before.empty()) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    most = std::max(most, std::abs(after[i] - before[i]));
  }
  return most;
}

}  // namespace

RowAttributions integrate_gradients(const GradientModel& model, const std::vector<InputRow>& texts,
                                    const ExplainedNumber& number, const PathOptions& options) {
  constexpr std::int64_t kFirstSteps = 16;
  // Differences below this are rounding, and no share of them can be reached.
  constexpr double kRounding = 1e-12;
  const Path path(model, texts, number);
  const std::vector<double> ends{1, 0};
  const StepValues at_ends = path.run(ends).output;
  RowAttributions result;
  result.value = path.number(at_ends, 0);
  result.baseline_value = path.number(at_ends, 1);
  const double difference = result.value - result.baseline_value;
  const double scale = std::max(std::abs(result.value), std::abs(result.baseline_value));
  const double allowed = std::max(options.most_gap * std::abs(difference), kRounding * scale);
  for (result.steps = kFirstSteps;; result.steps *= 2) {
    const std::vector<double> before =
        std::exchange(result.of_tokens, integral(path, result.steps));
    const double sum = std::accumulate(result.of_tokens.begin(), result.of_tokens.end(), 0.0);
    result.gap = std::abs(sum - difference);
    // The gap can be small by chance; then the attributions still change.
    const bool is_settled =
        result.gap <= allowed && greatest_change(before, result.of_tokens) <= allowed;
    if (is_settled || 2 * result.steps > options.most_steps) return result;
  }
}

RowAttributions integrate_gradients(std::span<const GradientModel> models,
                                    const std::vector<InputRow>& texts,
                                    const ExplainedNumber& number, const PathOptions& options) {
  RowAttributions mean = integrate_gradients(models.front(), texts, number, options);
  if (models.size() == 1) return mean;
  for (const GradientModel& model : models.subspan(1)) {
    const RowAttributions found = integrate_gradients(model, texts, number, options);
    mean.value += found.value;
    mean.baseline_value += found.baseline_value;
    std::ranges::transform(mean.of_tokens, found.of_tokens, mean.of_tokens.begin(), std::plus());
    mean.steps = std::max(mean.steps, found.steps);
  }
  const auto count = static_cast<double>(models.size());
  mean.value /= count;
  mean.baseline_value /= count;
  for (double& attribution : mean.of_tokens) attribution /= count;
  const double sum = std::accumulate(mean.of_tokens.begin(), mean.of_tokens.end(), 0.0);
  mean.gap = std::abs(sum - (mean.value - mean.baseline_value));
  return mean;
}

double number_of(const GradientModel& model, const std::vector<InputRow>& texts,
                 const ExplainedNumber& number) {
  const Path path(model, texts, number);
  const std::vector<double> end{1};
  return path.number(path.run(end).output, 0);
}

Quadrature gauss_legendre(std::int64_t n) {
  Quadrature result;
  const auto count = static_cast<double>(n);
  for (std::int64_t i = n; i >= 1; --i) {
    // Newton's method on the Legendre polynomial of degree n, from the usual first guess.
    double x = std::cos(std::numbers::pi * (static_cast<double>(i) - 0.25) / (count + 0.5));
    double slope = 0;
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
      double before = 0;
      double value = 1;
      for (std::int64_t k = 1; k <= n; ++k) {
        const auto degree = static_cast<double>(k);
        const double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
        before = std::exchange(value, next);
      }
      slope = count * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    result.points.push_back((1 + x) / 2);
    result.weights.push_back(1 / ((1 - x * x) * slope * slope));
  }
  return result;
}

}  // namespace sequent
