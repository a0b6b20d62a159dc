// Formats the values of a report for display.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sequent/report.h"

namespace sequent {

/// Formats a value; an undefined value is a dash.
std::string shown_value(const ReportValue& value, NumberFormat format);

/// The rows of a table that are shown to people: all of them, or of a long table the first ones.
struct ShownRows {
  explicit ShownRows(const ReportTable& table);
  std::span<const std::vector<ReportValue>> rows;
  std::string omitted;  // says how many rows are missing; empty if none is
};

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
