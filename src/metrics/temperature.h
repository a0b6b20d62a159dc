// Temperature scaling: one number that makes the probabilities of a classifier honest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sequent {

/// The logits of rows and their true classes.
struct LogitRows {
  std::size_t classes = 0;
  std::vector<float> logits;         // [rows, classes], finite
  std::vector<std::int64_t> truths;  // [rows], each in 0..classes-1

  std::size_t size() const { return truths.size(); }
  std::span<const float> row(std::size_t index) const {
    return std::span(logits).subspan(index * classes, classes);
  }
};

/// Returns softmax(logits / temperature). Shapes: [classes] -> [classes].
std::vector<float> tempered_softmax(std::span<const float> logits, double temperature);

/// Returns the temperature that minimizes the mean of -ln p of the true classes, with one more row
/// that counts as every class to the same extent: otherwise the temperature would fall to 0 if the
/// model is right on all rows. Range: 0.05 to 20. Requires at least one row.
/// Source: Guo et al. 2017, On Calibration of Modern Neural Networks; the additional row follows
/// Platt 1999. The function is convex in 1 / temperature, and its minimum is found by bisection of
/// its derivative.
double fit_temperature(const LogitRows& rows);

struct ProbabilityQuality {
  double loss = 0;   // mean of -ln p of the true class
  double brier = 0;  // see brier_score
  double ece = 0;    // see expected_calibration_error
  bool operator==(const ProbabilityQuality&) const = default;
};

/// Returns the squared distance of a row's probabilities from its true class, halved if there are
/// two classes. Source: scikit-learn's brier_score_loss.
double brier_score(std::span<const float> probabilities, std::int64_t truth);

/// Returns the quality of softmax(logits / temperature).
ProbabilityQuality tempered_quality(const LogitRows& rows, double temperature);

/// Returns the quality on rows that the temperature was not fitted on: that of the rows with even
/// numbers with the temperature of the odd ones, and the reverse. Requires at least two rows.
ProbabilityQuality cross_fitted_quality(const LogitRows& rows);

}  // namespace sequent
