// The metrics of a classifier as a report.
#include "report/report_fields.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {
namespace {

struct ClassificationValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"rows", NumberFormat::kCount});
    visit("loss", report.loss, {"loss"});
    visit("accuracy", report.accuracy, {"accuracy"});
    visit("top_k_accuracy", report.top_k_accuracy, top_k_style(report.top_k));
    visit("macro_precision", report.macro.precision);
    visit("macro_recall", report.macro.recall);
    visit("macro_f1", report.macro.f1, {"macro F1"});
    visit("micro_precision", report.micro.precision);
    visit("micro_recall", report.micro.recall);
    visit("micro_f1", report.micro.f1);
    visit("weighted_precision", report.weighted.precision);
    visit("weighted_recall", report.weighted.recall);
    visit("weighted_f1", report.weighted.f1);
    visit("roc_auc", report.roc_auc, {"ROC AUC"});
    visit("average_precision", report.average_precision, {"average precision"});
    visit("balanced_accuracy", report.balanced_accuracy, {"balanced accuracy"});
    visit("matthews", report.matthews, {"Matthews correlation"});
    visit("rank_mae", report.rank_mae, {"mean distance of ranks", NumberFormat::kMetric, true});
    visit("quadratic_kappa", report.quadratic_kappa,
          {"quadratic kappa", NumberFormat::kMetric, true});
    visit("top_k", report.top_k);
  }

  /// With two classes, it would repeat the accuracy.
  static FactStyle top_k_style(std::int64_t top_k) {
    if (top_k < 2) return {};
    return {"top-" + std::to_string(top_k) + " accuracy"};
  }
};

std::vector<ReportValue> average_row(const char* name, const AverageReport& average,
                                     std::int64_t rows) {
  return {std::string(name), average.precision, average.recall, average.f1, rows};
}

/// Checks that every class has a row and a column in the matrix, and that the matrix counts all
/// rows of the data.
void check_sizes(const ClassificationReport& report, const JsonFields& fields) {
  const std::size_t classes = report.per_class.size();
  const std::string size = std::to_string(classes) + " x " + std::to_string(classes);
  if (report.confusion.size() != classes) {
    fields.fail("confusion_matrix/rows", "found " + std::to_string(report.confusion.size()) +
                                             " rows; " + size + " counts expected");
  }
  std::int64_t missing = report.count;  // never below 0: damaged counts must not overflow
  for (std::size_t i = 0; i < classes; ++i) {
    const std::vector<std::int64_t>& row = report.confusion[i];
    if (row.size() != classes) {
      fields.fail("confusion_matrix/rows/" + std::to_string(i),
                  "found " + std::to_string(row.size()) + " counts; " + size + " expected");
    }
    for (const std::int64_t cell : row) {
      if (cell > missing) fields.fail("confusion_matrix/rows", "the counts exceed /count");
      missing -= cell;
    }
  }
  if (missing > 0) {
    fields.fail("confusion_matrix/rows",
                "the counts are " + std::to_string(missing) + " rows short of /count");
  }
}

}  // namespace

std::vector<ReportSection> report_sections(const ClassificationReport& report) {
  ReportTable classes{"per_class", "classes", class_columns("class", "rows"), {}};
  ReportMatrix matrix{"confusion_matrix", "Confusion matrix", {}, report.confusion};
  for (const ClassReport& one : report.per_class) {
    classes.rows.push_back(class_row(one));
    matrix.labels.push_back(one.label);
  }
  classes.below = {average_row("(macro average)", report.macro, report.count),
                   average_row("(weighted average)", report.weighted, report.count)};
  return {facts_of<ClassificationValues>(report), std::move(classes), std::move(matrix)};
}

Report to_report(const ClassificationReport& report) { return {report_sections(report)}; }

ClassificationReport classification_report_from(const JsonFields& fields) {
  auto report = metrics_from<ClassificationValues, ClassificationReport>(fields);
  std::vector<std::string> labels;
  for (const JsonFields& one : fields.objects("per_class")) {
    report.per_class.push_back(class_report_from(one));
    labels.push_back(report.per_class.back().label);
  }
  if (labels.size() < 2) {
    fields.fail("per_class",
                "found " + std::to_string(labels.size()) + " classes; expected at least 2");
  }
  const JsonFields matrix = fields.object("confusion_matrix");
  if (matrix.texts("labels") != labels) {
    matrix.fail("labels", "not the labels of per_class");
  }
  report.confusion = matrix.count_rows("rows");
  check_sizes(report, fields);
  return report;
}

}  // namespace sequent
