#include "report/report_values.h"

#include <numeric>

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

std::vector<ConfusedLabels> most_confused_labels(const ReportMatrix& matrix, std::size_t limit) {
  std::vector<ConfusedLabels> pairs;
  for (const ConfusedPair& pair : most_confused(matrix.counts, limit)) {
    const std::vector<std::int64_t>& row = matrix.counts[pair.truth];
    const auto rows = static_cast<double>(std::accumulate(row.begin(), row.end(), std::int64_t{0}));
    pairs.push_back({matrix.labels[pair.truth], matrix.labels[pair.predicted], pair.count,
                     static_cast<double>(pair.count) / rows});
  }
  return pairs;
}

}  // namespace sequent
