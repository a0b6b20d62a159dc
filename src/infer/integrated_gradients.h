// Integrated gradients (Sundararajan et al. 2017) of a number that a model computes from a row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infer/gradient_model.h"

namespace sequent {

/// A number computed from a row: offset + the weighted sum of some of the model's outputs.
struct ExplainedNumber {
  struct Term {
    std::int64_t step = 0;  // 0 if the row has one output vector
    std::int64_t output = 0;
    double weight = 1;
  };
  std::vector<Term> terms;
  double offset = 0;
};

/// The number's attributions to the tokens of a row.
struct RowAttributions {
  double value = 0;
  double baseline_value = 0;      // of vectors that are all zero
  std::vector<double> of_tokens;  // of a pair, the first text's before the second's
  double gap = 0;                 // |their sum - (value - baseline_value)|
  std::int64_t steps = 0;         // number of points on the path
};

struct PathOptions {
  double most_gap = 0.01;  // as a share of |value - baseline_value|
  std::int64_t most_steps = 1024;
};

/// Integrates the gradient on the straight path from zero vectors to those of the texts, by
/// Gauss-Legendre quadrature, with 16 points and then twice as many until the gap is small enough
/// and no attribution changes by more than that.
///
/// `texts` has one element, or two for a model that reads pairs. Attributions are summed over each
/// token's vector.
RowAttributions integrate_gradients(const GradientModel& model, const std::vector<InputRow>& texts,
                                    const ExplainedNumber& number, const PathOptions& options);

/// The attributions to the mean of the number over several models, which is the mean of their
/// attributions.
RowAttributions integrate_gradients(std::span<const GradientModel> models,
                                    const std::vector<InputRow>& texts,
                                    const ExplainedNumber& number, const PathOptions& options);

/// Returns only the number's value.
double number_of(const GradientModel& model, const std::vector<InputRow>& texts,
                 const ExplainedNumber& number);

/// The points and weights of Gauss-Legendre quadrature on [0, 1], which is exact for polynomials of
/// degree 2 n - 1.
struct Quadrature {
  std::vector<double> points;
  std::vector<double> weights;
};
Quadrature gauss_legendre(std::int64_t n);

}  // namespace sequent
