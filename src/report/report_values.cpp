#include "report/report_values.h"

#include "core/format.h"
#include "metrics/confusion.h"

namespace sequent {
namespace {

struct ValueText {
  NumberFormat format;

  std::string operator()(std::monostate) const { return format_metric(std::nullopt); }
  std::string operator()(std::int64_t count) const { return format_count(count); }
  std::string operator()(const std::string& text) const { return text; }
  std::string operator()(double value) const {
    switch (format) {
      case NumberFormat::kMetric:
        return format_metric(value);
      case NumberFormat::kCount:
        return format_fixed(value, 0);
      case NumberFormat::kPercent:
        return format_percent(value);
      case NumberFormat::kShort:
        return format_short(value);
      case NumberFormat::kFixed2:
        return format_fixed(value, 2);
    }
    return "";
  }
};

}  // namespace

std::string shown_value(const ReportValue& value, NumberFormat format) {
  return std::visit(ValueText{format}, value);
}

ShownRows::ShownRows(const ReportTable& table) : rows(table.rows) {
  constexpr std::size_t kMost = 100;
  if (rows.size() <= kMost) return;
  omitted = "(" + std::to_string(rows.size() - kMost) + " more in the JSON report)";
  rows = rows.first(kMost);
}

std::vector<ConfusedLabels> most_confused_labels(const ReportMatrix& matrix, std::size_t limit) {
  std::vector<ConfusedLabels> pairs;
  std::vector<std::int64_t> rows(matrix.labels.size());
  for (const MatrixCell& cell : matrix.cells) {
    rows[static_cast<std::size_t>(cell.truth)] += cell.count;
  }
  for (const MatrixCell& pair : most_confused(matrix.cells, limit)) {
    const auto truth = static_cast<std::size_t>(pair.truth);
    pairs.push_back({matrix.labels[truth], matrix.labels[static_cast<std::size_t>(pair.predicted)],
                     pair.count,
                     static_cast<double>(pair.count) / static_cast<double>(rows[truth])});
  }
  return pairs;
}

}  // namespace sequent
