// The metrics of a classifier as a report.
#include <algorithm>

#include "report/report_fields.h"
#include "tasks/classification/classification_metrics.h"
#include "text/text_table.h"

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
    visit("ece", report.ece, {"calibration error", NumberFormat::kMetric, true});
    visit("brier", report.brier, {"Brier score", NumberFormat::kMetric, true});
    visit("aurc", report.aurc);
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

/// Adds a count that was read at `place`. `missing` is the number of rows that are not counted yet;
/// it is never below 0, because damaged counts must not overflow.
void add_cell(ClassificationReport& report, const MatrixCell& cell, std::int64_t& missing,
              const JsonFields& fields, const std::string& place) {
  if (cell.count > missing) fields.fail(place, "the counts exceed /count");
  missing -= cell.count;
  report.confusion.add(static_cast<std::size_t>(cell.truth),
                       static_cast<std::size_t>(cell.predicted), cell.count);
}

/// Reads all counts of a small matrix.
void read_rows(const JsonFields& matrix, const JsonFields& fields, ClassificationReport& report,
               std::int64_t& missing) {
  const std::size_t classes = report.per_class.size();
  const std::string size = std::to_string(classes) + " x " + std::to_string(classes);
  const auto rows = matrix.count_rows("rows");
  if (rows.size() != classes) {
    fields.fail("confusion_matrix/rows",
                "found " + std::to_string(rows.size()) + " rows; " + size + " counts expected");
  }
  for (std::size_t i = 0; i < classes; ++i) {
    if (rows[i].size() != classes) {
      fields.fail("confusion_matrix/rows/" + std::to_string(i),
                  "found " + std::to_string(rows[i].size()) + " counts; " + size + " expected");
    }
    for (std::size_t j = 0; j < classes; ++j) {
      const MatrixCell cell{static_cast<std::int64_t>(i), static_cast<std::int64_t>(j), rows[i][j]};
      add_cell(report, cell, missing, fields, "confusion_matrix/rows");
    }
  }
}

/// Reads the counts above 0 of a large matrix.
void read_cells(const JsonFields& matrix, const JsonFields& fields, ClassificationReport& report,
                std::int64_t& missing) {
  const auto classes = static_cast<std::int64_t>(report.per_class.size());
  const auto cells = matrix.count_rows("cells");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::vector<std::int64_t>& cell = cells[i];
    const std::string place = "confusion_matrix/cells/" + std::to_string(i);
    if (cell.size() != 3 || cell[0] >= classes || cell[1] >= classes || cell[2] == 0) {
      fields.fail(place, "expected [true class, predicted class, count], with classes below " +
                             std::to_string(classes) + " and a count above 0");
    }
    add_cell(report, {cell[0], cell[1], cell[2]}, missing, fields, place);
  }
}

void read_confusion(const JsonFields& matrix, const JsonFields& fields,
                    ClassificationReport& report) {
  report.confusion = ConfusionMatrix(report.per_class.size());
  std::int64_t missing = report.count;
  const bool is_sparse = matrix.has("cells");
  (is_sparse ? read_cells : read_rows)(matrix, fields, report, missing);
  if (missing > 0) {
    fields.fail(is_sparse ? "confusion_matrix/cells" : "confusion_matrix/rows",
                "the counts are " + std::to_string(missing) + " rows short of /count");
  }
}

/// Returns a warning if a class that has rows is never predicted; nothing otherwise.
std::optional<ReportWarning> unpredicted_classes(const ClassificationReport& report) {
  std::vector<std::int64_t> predictions(report.per_class.size());
  for (const MatrixCell& cell : report.confusion.cells()) {
    predictions[static_cast<std::size_t>(cell.predicted)] += cell.count;
  }
  std::vector<std::string> names;
  std::int64_t with_rows = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const ClassReport& one = report.per_class[i];
    with_rows += one.support > 0 ? 1 : 0;
    if (one.support > 0 && predictions[i] == 0) names.push_back(one.label);
  }
  if (names.empty()) return std::nullopt;
  const std::string cure =
      "; consider \"class_weights\": \"balanced\", more epochs or more rows of the rare labels";
  const auto only = std::find(predictions.begin(), predictions.end(), report.count);
  if (only != predictions.end()) {
    const std::string& label =
        report.per_class[static_cast<std::size_t>(only - predictions.begin())].label;
    return ReportWarning{"all " + std::to_string(report.count) + " rows are predicted as " +
                         quoted_name(label) + cure};
  }
  return ReportWarning{std::to_string(names.size()) + " of the " + std::to_string(with_rows) +
                       " labels with rows are never predicted: " + list_some(names) + cure};
}

}  // namespace

std::vector<ReportSection> report_sections(const ClassificationReport& report) {
  ReportTable classes{"per_class", "classes", class_columns("class", "rows"), {}};
  ReportMatrix matrix{"confusion_matrix", "Confusion matrix", {}, report.confusion.cells()};
  for (const ClassReport& one : report.per_class) {
    classes.rows.push_back(class_row(one));
    matrix.labels.push_back(one.label);
  }
  classes.below = {average_row("(macro average)", report.macro, report.count),
                   average_row("(weighted average)", report.weighted, report.count)};
  std::vector<ReportSection> sections{facts_of<ClassificationValues>(report)};
  if (auto warning = unpredicted_classes(report)) sections.emplace_back(*std::move(warning));
  sections.emplace_back(std::move(classes));
  sections.emplace_back(std::move(matrix));
  for (ReportSection& section : confidence_sections(report)) sections.push_back(std::move(section));
  return sections;
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
  read_confusion(matrix, fields, report);
  read_confidence(fields, report);
  return report;
}

}  // namespace sequent
