// A report is data: sections that the task builds once. The renderers for JSON, the terminal and
// HTML do not depend on the task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sequent/config.h"

namespace sequent {

/// How a number is formatted for people. JSON contains full precision.
enum class NumberFormat {
  kMetric,   // 0.8326
  kCount,    // 25000
  kPercent,  // a share of 1 as 83.3 %
  kShort,    // three significant digits
  kFixed2,   // 27.31
};

/// A value of a report. std::monostate is an undefined value: null in JSON, a dash for people.
using ReportValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// An undefined value becomes std::monostate.
ReportValue report_value_of(const std::optional<double>& value);

/// One named value.
struct ReportFact {
  std::string key;    // in JSON; empty: only for people
  std::string title;  // for people; empty: only in JSON
  ReportValue value;
  NumberFormat format = NumberFormat::kMetric;
  bool operator==(const ReportFact&) const = default;
};

/// Values of the report itself: members of its object in JSON.
struct ReportFacts {
  std::vector<ReportFact> facts;
  bool operator==(const ReportFacts&) const = default;
};

struct ReportColumn {
  std::string key;    // in JSON; empty: only for people
  std::string title;  // for people; empty: only in JSON
  NumberFormat format = NumberFormat::kMetric;
  bool operator==(const ReportColumn&) const = default;
};

/// An array of objects in JSON. The first column contains names.
struct ReportTable {
  std::string key;
  std::string title;
  std::vector<ReportColumn> columns;
  std::vector<std::vector<ReportValue>> rows;     // [rows][columns]
  std::vector<std::vector<ReportValue>> above{};  // rows only for people
  std::vector<std::vector<ReportValue>> below{};  // likewise
  bool for_people = true;
  /// On a page, rows can be filtered by the values of these columns, and by words.
  std::vector<std::string> filters{};
  bool sortable = false;  // on a page, by any column
  bool operator==(const ReportTable&) const = default;
};

/// The number of rows with one pair of true and predicted label.
struct MatrixCell {
  std::int64_t truth = 0;
  std::int64_t predicted = 0;
  std::int64_t count = 0;
  bool operator==(const MatrixCell&) const = default;
};

/// Counts of rows by true and predicted label. In JSON, a matrix of up to kDenseLabels labels has
/// all its `rows`; a larger one has `cells`, each as [true, predicted, count].
struct ReportMatrix {
  static constexpr std::size_t kDenseLabels = 100;
  std::string key;
  std::string title;
  std::vector<std::string> labels;
  std::vector<MatrixCell> cells;  // those above 0, sorted by truth, then by prediction
  bool operator==(const ReportMatrix&) const = default;
};

/// One line of a curve.
struct ReportLine {
  std::string key;
  std::string title;
  std::vector<double> values;
  bool operator==(const ReportLine&) const = default;
};

/// Lines over the same steps: an array of objects in JSON, one for each step. All lines have the
/// same length.
struct ReportCurve {
  std::string key;
  std::string title;
  std::string chart_title;
  std::string step = "step";  // what the steps are
  std::vector<ReportLine> lines;
  bool operator==(const ReportCurve&) const = default;
};

/// A point of a chart; both coordinates are within 0..1.
struct ReportPoint {
  double x = 0;
  double y = 0;
  bool operator==(const ReportPoint&) const = default;
};

struct ReportChartLine {
  std::string title;
  std::vector<ReportPoint> points;  // by ascending x
  bool operator==(const ReportChartLine&) const = default;
};

struct ReportChart {
  std::string title;
  std::string x_title;
  std::vector<ReportChartLine> lines;  // at most 3
  bool operator==(const ReportChart&) const = default;
};

/// Charts of shares, such as precision over recall, only for people who read the page.
struct ReportCharts {
  std::string key;  // different from that of other charts of the page
  std::string title;
  std::vector<ReportChart> charts;
  bool is_folded = false;  // hidden until the reader opens the title
  bool operator==(const ReportCharts&) const = default;
};

/// Plain text only for people; its lines are kept as they are.
struct ReportText {
  std::string title;
  std::string text;
  bool operator==(const ReportText&) const = default;
};

/// A conclusion from the metrics that a reader should not miss. It is not part of the JSON form,
/// because it follows from the values.
struct ReportWarning {
  std::string sentence;
  bool operator==(const ReportWarning&) const = default;
};

struct ReportPart;
using ReportSection = std::variant<ReportFacts, ReportTable, ReportMatrix, ReportCurve,
                                   ReportCharts, ReportText, ReportWarning, ReportPart>;

/// A report within a report: an object in JSON.
struct ReportPart {
  std::string key;
  std::string title;
  std::vector<ReportSection> sections;
  bool operator==(const ReportPart&) const;
};

/// The quality of a model's predictions on one data set.
struct Report {
  std::vector<ReportSection> sections;
  bool operator==(const Report&) const = default;

  /// The value of a metric by its JSON name, such as "accuracy"; a metric of a part is
  /// "sequence_label.accuracy". Nothing if the report has no such metric or its value is undefined.
  std::optional<double> value(std::string_view metric) const;

  /// The names of the metrics, excluding counts.
  std::vector<std::string> metrics() const;

  /// The sentences of all warnings, including those of parts.
  std::vector<std::string> warnings() const;

  /// The table with this key; null if there is none.
  const ReportTable* table(std::string_view key) const;
  const ReportMatrix* matrix(std::string_view key) const;
  const ReportCurve* curve(std::string_view key) const;
};

/// Returns one JSON object: values at its top level, tables below. `indent` < 0: one line.
std::string report_to_json(const Report& report, int indent = 2);

/// Parses a report of this task that report_to_json wrote. Errors: Artifact.
Report report_from_json(const std::string& json, const Task& task);

/// Tables for a terminal, without the warnings, which go to the log.
std::string report_to_text(const Report& report);

/// A validation metric that is shown for each epoch.
struct EpochMetric {
  std::string key;    // in JSON
  std::string title;  // for people
};

/// The content of a training run's report page.
struct RunReport {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // name and value: data, time, size
  std::vector<std::string> epoch_records;                  // lines of metrics.jsonl, in order
  std::vector<EpochMetric> epoch_metrics;                  // of the task, shown with the loss
  std::string model_summary;
  std::optional<Report> validation;
  std::optional<Report> test;
  std::vector<ReportSection> baseline{};  // the comparison with a simple model
  std::vector<ReportSection> curves{};    // of the validation rows; see TrainingTask::page_curves
};

/// Returns a self-contained HTML page: facts, learning curves as SVG, confusion matrices, and the
/// table of classes or targets. It has no scripts and no external files, and supports light and
/// dark themes.
std::string render_run_report(const RunReport& report);

}  // namespace sequent
