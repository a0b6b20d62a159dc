// Metrics that are computed from the confusion matrix.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "metrics/class_report.h"
#include "sequent/report.h"

namespace sequent {

/// Row counts by true and predicted class. Only counts above 0 take memory, so there can be many
/// classes.
class ConfusionMatrix {
 public:
  ConfusionMatrix() = default;
  explicit ConfusionMatrix(std::size_t classes) : classes_(classes) {}

  /// Range: truth, predicted 0..size()-1; count >= 0.
  void add(std::size_t truth, std::size_t predicted, std::int64_t count = 1) {
    if (count > 0) counts_[{truth, predicted}] += count;
  }
  /// The number of classes.
  std::size_t size() const { return classes_; }
  std::int64_t count(std::size_t truth, std::size_t predicted) const;
  /// Returns the counts above 0, sorted by true, then by predicted class.
  std::vector<MatrixCell> cells() const;
  bool operator==(const ConfusionMatrix&) const = default;

 private:
  std::size_t classes_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> counts_;
};

/// Returns all counts of a matrix of `size` classes, indexed [true][predicted].
std::vector<std::vector<std::int64_t>> dense_counts(const std::vector<MatrixCell>& cells,
                                                    std::size_t size);

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

/// Returns the `limit` pairs of different classes with the most rows, in descending order of the
/// count.
std::vector<MatrixCell> most_confused(const std::vector<MatrixCell>& cells, std::size_t limit);

}  // namespace sequent
