// The metrics of a multi-label classifier as a report.
#include "report/report_fields.h"
#include "tasks/multi_label/multi_label_metrics.h"

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

}  // namespace

Report to_report(const MultiLabelReport& report) {
  ReportTable labels{"per_label", "labels", class_columns("label", "rows"), {}};
  labels.columns.push_back({"threshold", "threshold"});
  for (const LabelReport& one : report.per_label) {
    labels.rows.push_back(class_row(one));
    labels.rows.back().emplace_back(one.threshold);
  }
  return {{facts_of<MultiLabelValues>(report), std::move(labels)}};
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
