// What follows from the confusion matrix alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "metrics/class_report.h"

namespace sequent {

/// [true][predicted], square.
using ConfusionMatrix = std::vector<std::vector<std::int64_t>>;

/// Precision, recall, F1 and support of each class; 0 where the divisor is 0.
std::vector<ClassReport> class_reports(const ConfusionMatrix& confusion,
                                       const std::vector<std::string>& labels);

/// Every class counts the same, those without rows included.
AverageReport macro_average(const std::vector<ClassReport>& classes);

/// Each class counts as its support.
AverageReport weighted_average(const std::vector<ClassReport>& classes);

/// Matthews correlation for any number of classes, R_K (Gorodkin 2004); 0 where truth or prediction
/// knows only one class.
double matthews_correlation(const ConfusionMatrix& confusion);

/// Rows of one class that were taken for another.
struct ConfusedPair {
  std::size_t truth = 0;
  std::size_t predicted = 0;
  std::int64_t count = 0;
};

/// The `limit` pairs of classes with most errors, by falling count; pairs without errors left out.
std::vector<ConfusedPair> most_confused(const ConfusionMatrix& confusion, std::size_t limit);

}  // namespace sequent
