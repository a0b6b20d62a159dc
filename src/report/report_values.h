// A report's values as people read them.
#pragma once

#include <string>

#include "sequent/report.h"

namespace sequent {

/// A value that is not defined is a dash.
std::string shown_value(const ReportValue& value, NumberFormat format);

/// A pair of labels that are confused, and how often.
struct ConfusedLabels {
  std::string truth;
  std::string predicted;
  std::int64_t count = 0;
  double share = 0;  // of the rows with the true label
};

/// The `limit` pairs of labels with most errors, by falling count.
std::vector<ConfusedLabels> most_confused_labels(const ReportMatrix& matrix, std::size_t limit);

}  // namespace sequent
