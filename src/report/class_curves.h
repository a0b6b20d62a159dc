// Curves of how well the probabilities of a classifier separate each class from the others.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sequent/report.h"

namespace sequent {

/// The predictions of a classifier.
struct ClassRows {
  std::span<const std::string> labels;
  std::span<const std::int32_t> truths;  // [rows]; below 0: no class of the model
  std::span<const float> probabilities;  // [rows, labels], row-major

  float probability(std::size_t row, std::size_t label) const {
    return probabilities[row * labels.size() + label];
  }
};

/// Returns the table `ranking`, with the ROC AUC, the average precision and the greatest F1 of each
/// class against all others, and charts of the largest 20 classes: precision over recall, the ROC
/// curve, and precision, recall and F1 over the threshold. Left out are classes that no row or
/// every row has, and all but the largest 1000; without others, there is no section.
std::vector<ReportSection> class_curves(const ClassRows& rows);

/// Returns a chart of the accuracy over the mean confidence, of groups with the same number of
/// rows. Requires at least one row.
ReportCharts reliability_chart(const ClassRows& rows);

}  // namespace sequent
