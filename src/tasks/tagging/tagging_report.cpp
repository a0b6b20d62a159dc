// The metrics of a tagger as a report.
#include "core/former_names.h"
#include "report/report_fields.h"
#include "tasks/tagging/tagging_metrics.h"

namespace sequent {
namespace {

struct TaggingValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"rows", NumberFormat::kCount});
    visit("loss", report.loss, {"loss per token", NumberFormat::kMetric, true});
    visit("accuracy", report.accuracy, {"accuracy of tokens"});
    visit("precision", report.precision, {"precision"});
    visit("recall", report.recall, {"recall"});
    visit("f1", report.f1, {"F1"});
    visit("macro_f1", report.macro_f1, {"macro F1"});
    visit("sequence_accuracy", report.sequence_accuracy,
          {"rows with all right", NumberFormat::kMetric, true});
    visit("tokens", report.tokens, {"tokens", NumberFormat::kCount});
  }
};

}  // namespace

Report to_report(const TaggingReport& report) {
  Report result{{facts_of<TaggingValues>(report)}};
  ReportTable types{"per_type", "types", class_columns("type", "spans"), {}};
  for (const ClassReport& one : report.per_type) types.rows.push_back(class_row(one));
  if (report.sequence_label) {
    result.sections.emplace_back(
        ReportPart{"sequence_label", "Row labels", report_sections(*report.sequence_label)});
  }
  result.sections.emplace_back(std::move(types));
  return result;
}

TaggingReport tagging_report_from(const JsonFields& fields) {
  auto report = metrics_from<TaggingValues, TaggingReport>(fields);
  for (const std::string& key : {std::string("sequence_label"), former_name("sequence_label")}) {
    if (!fields.has(key)) continue;
    report.sequence_label = classification_report_from(fields.object(key));
  }
  if (!fields.has("sequence_accuracy")) {
    report.sequence_accuracy = fields.number_or_null(former_name("sequence_accuracy"));
  }
  for (const JsonFields& one : fields.objects("per_type")) {
    report.per_type.push_back(class_report_from(one));
  }
  return report;
}

}  // namespace sequent
