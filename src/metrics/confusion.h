// Metrics that are computed from the confusion matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/class_report.h"

namespace sequent {

/// Row counts, indexed [true][predicted]; the matrix is square.
using ConfusionMatrix = std::vector<std::vector<std::int64_t>>;

/// Returns precision, recall, F1 and support of each class; 0 if the divisor is 0.
std::vector<ClassReport> class_reports(const ConfusionMatrix& confusion,
                                       const std::vector<std::string>& labels);

/// Returns the average with equal weights for all classes, including those without rows.
AverageReport macro_average(const std::vector<ClassReport>& classes);

/// Returns the average with each class weighted by its support.
AverageReport weighted_average(const std::vector<ClassReport>& classes);

/// Returns the Matthews correlation coefficient for any number of classes, R_K; 0 if the true or
/// the predicted labels have only one class.
/// Source: Gorodkin 2004.
double matthews_correlation(const ConfusionMatrix& confusion);

/// The rows of one class that were predicted as another.
struct ConfusedPair {
  std::size_t truth = 0;
  std::size_t predicted = 0;
  std::int64_t count = 0;
};

/// Returns the `limit` pairs of classes with the most errors, in descending order of the count.
/// Pairs without errors are omitted.
std::vector<ConfusedPair> most_confused(const ConfusionMatrix& confusion, std::size_t limit);

}  // namespace sequent
