// Renders a report as tables for a terminal.
#include <string>
#include <vector>

#include "core/format.h"
#include "metrics/confusion.h"
#include "report/report_values.h"
#include "text/text_table.h"

namespace sequent {
namespace {

constexpr std::size_t kLabelColumns = 32;
constexpr std::size_t kHeadingColumns = 10;
constexpr std::size_t kMatrixLabels = 12;  // larger ones do not fit 80 to 120 columns
constexpr std::size_t kPairs = 10;

std::string confusion_table(const ReportMatrix& matrix) {
  TextTable table;
  std::vector<std::string> heading{"true \\ predicted"};
  for (const std::string& label : matrix.labels) {
    heading.push_back(fit_text(label, kHeadingColumns));
  }
  table.add_row(std::move(heading));
  const auto counts = dense_counts(matrix.cells, matrix.labels.size());
  for (std::size_t truth = 0; truth < matrix.labels.size(); ++truth) {
    std::vector<std::string> row{fit_text(matrix.labels[truth], kLabelColumns)};
    for (const std::int64_t count : counts[truth]) row.push_back(format_count(count));
    table.add_row(std::move(row));
  }
  return table.render();
}

std::string pair_table(const ReportMatrix& matrix) {
  const std::vector<ConfusedLabels> pairs = most_confused_labels(matrix, kPairs);
  if (pairs.empty()) return "  none\n";
  TextTable table;
  table.add_row({"true", "predicted", "rows", "share"});
  for (const ConfusedLabels& pair : pairs) {
    table.add_row({fit_text(pair.truth, kLabelColumns), fit_text(pair.predicted, kLabelColumns),
                   format_count(pair.count), format_percent(pair.share)});
  }
  return table.render();
}

/// Returns the text of a section; empty if it is not displayed.
struct TextSections {
  std::string operator()(const ReportFacts& facts) const {
    TextTable table;
    bool any = false;
    for (const ReportFact& fact : facts.facts) {
      if (fact.title.empty()) continue;
      table.add_row({fact.title, shown_value(fact.value, fact.format)});
      any = true;
    }
    return any ? table.render() : "";
  }

  std::string operator()(const ReportTable& table) const {
    if (!table.for_people || table.rows.empty()) return "";
    TextTable text;
    std::vector<std::string> heading;
    for (const ReportColumn& column : table.columns) {
      if (!column.title.empty()) heading.push_back(column.title);
    }
    text.add_row(std::move(heading));
    const ShownRows shown(table);
    for (const auto& row : table.above) text.add_row(shown_row(table, row));
    for (const auto& row : shown.rows) text.add_row(shown_row(table, row));
    if (!shown.omitted.empty()) text.add_row({shown.omitted});
    for (const auto& row : table.below) text.add_row(shown_row(table, row));
    return text.render();
  }

  std::string operator()(const ReportMatrix& matrix) const {
    if (matrix.labels.size() <= kMatrixLabels) return matrix.title + "\n" + confusion_table(matrix);
    return "Most confused classes\n" + pair_table(matrix);
  }

  std::string operator()(const ReportCurve&) const { return ""; }

  std::string operator()(const ReportCharts&) const { return ""; }

  std::string operator()(const ReportWarning&) const { return ""; }

  std::string operator()(const ReportText& text) const { return text.title + "\n" + text.text; }

  std::string operator()(const ReportPart& part) const {
    return part.title + "\n" + text_of(part.sections);
  }

  static std::string text_of(const std::vector<ReportSection>& sections) {
    std::string text;
    for (const ReportSection& section : sections) {
      const std::string one = std::visit(TextSections{}, section);
      if (!one.empty()) text += (text.empty() ? "" : "\n") + one;
    }
    return text;
  }

 private:
  static std::vector<std::string> shown_row(const ReportTable& table,
                                            const std::vector<ReportValue>& row) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (table.columns[i].title.empty()) continue;
      cells.push_back(fit_text(shown_value(row[i], table.columns[i].format), kLabelColumns));
    }
    return cells;
  }
};

}  // namespace

std::string report_to_text(const Report& report) { return TextSections::text_of(report.sections); }

}  // namespace sequent
