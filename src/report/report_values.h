// Formats the values of a report for display.
#pragma once

#include <string>

#include "sequent/report.h"

namespace sequent {

/// Formats a value; an undefined value is a dash.
std::string shown_value(const ReportValue& value, NumberFormat format);

/// A pair of confused labels and its frequency.
struct ConfusedLabels {
  std::string truth;
  std::string predicted;
  std::int64_t count = 0;
  double share = 0;  // fraction of the rows with the true label
};

/// Returns the `limit` pairs of labels with the most errors, in descending order of the count.
std::vector<ConfusedLabels> most_confused_labels(const ReportMatrix& matrix, std::size_t limit);

}  // namespace sequent
