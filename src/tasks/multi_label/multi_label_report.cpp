// The metrics of a multi-label classifier as a report.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/report_fields.h"
#include "tasks/multi_label/multi_label_metrics.h"
#include "text/text_table.h"

namespace sequent {
namespace {

struct MultiLabelValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"rows", NumberFormat::kCount});
    visit("loss", report.loss, {"loss"});
    visit("accuracy", report.accuracy, {"accuracy (all labels right)"});
    visit("hamming_loss", report.hamming_loss, {"Hamming loss"});
    visit("micro_precision", report.micro.precision);
    visit("micro_recall", report.micro.recall);
    visit("micro_f1", report.micro.f1, {"micro F1"});
    visit("macro_precision", report.macro.precision);
    visit("macro_recall", report.macro.recall);
    visit("macro_f1", report.macro.f1, {"macro F1"});
    visit("weighted_precision", report.weighted.precision);
    visit("weighted_recall", report.weighted.recall);
    visit("weighted_f1", report.weighted.f1);
    visit("samples_precision", report.samples.precision);
    visit("samples_recall", report.samples.recall);
    visit("samples_f1", report.samples.f1);
    visit("roc_auc", report.roc_auc, {"ROC AUC"});
    visit("average_precision", report.average_precision, {"average precision"});
  }
};

/// Returns a warning if no row of a label is found; nothing otherwise.
std::optional<ReportWarning> unfound_labels(const MultiLabelReport& report) {
  std::vector<std::string> names;
  std::int64_t with_rows = 0;
  for (const LabelReport& one : report.per_label) {
    with_rows += one.support > 0 ? 1 : 0;
    if (one.support > 0 && one.recall == 0) names.push_back(one.label);
  }
  if (names.empty()) return std::nullopt;
  return ReportWarning{"of " + std::to_string(names.size()) + " of the " +
                       std::to_string(with_rows) + " labels with rows, no row is found: " +
                       list_some(names) + "; consider more epochs or more rows of these labels"};
}

}  // namespace

Report to_report(const MultiLabelReport& report) {
  ReportTable labels{"per_label", "labels", class_columns("label", "rows"), {}};
  labels.columns.push_back({"threshold", "threshold"});
  for (const LabelReport& one : report.per_label) {
    labels.rows.push_back(class_row(one));
    labels.rows.back().emplace_back(one.threshold);
  }
  std::vector<ReportSection> sections{facts_of<MultiLabelValues>(report)};
  if (auto warning = unfound_labels(report)) sections.emplace_back(*std::move(warning));
  sections.emplace_back(std::move(labels));
  return {std::move(sections)};
}

MultiLabelReport multi_label_report_from(const JsonFields& fields) {
  auto report = metrics_from<MultiLabelValues, MultiLabelReport>(fields);
  for (const JsonFields& one : fields.objects("per_label")) {
    LabelReport line;
    static_cast<ClassReport&>(line) = class_report_from(one);
    line.threshold = one.number("threshold");
    report.per_label.push_back(line);
  }
  return report;
}

}  // namespace sequent
