// The metrics of generated texts as a report.
#include "core/format.h"
#include "report/report_fields.h"
#include "tasks/sequence_to_sequence/sequence_metrics.h"

namespace sequent {
namespace {

struct SequenceValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"rows", NumberFormat::kCount});
    visit("loss", report.loss, {"loss per token"});
    visit("accuracy", report.accuracy, {"accuracy of tokens"});
    visit("exact_match", report.exact_match, {"exact match of tokens"});
    visit("exact_text_match", report.exact_text_match,
          {"exact match of text", NumberFormat::kMetric, true});
    visit("bleu", report.bleu, {"BLEU", NumberFormat::kFixed2});
    visit("rouge_l", report.rouge_l, {"ROUGE-L"});
  }
};

/// A greater difference between the two exact matches gives a warning.
constexpr double kMuch = 0.05;

}  // namespace

Report to_report(const SequenceReport& report) {
  Report result{{facts_of<SequenceValues>(report)}};
  if (report.exact_match - report.exact_text_match.value_or(report.exact_match) > kMuch) {
    result.sections.emplace_back(ReportWarning{
        format_percent(report.exact_match) + " of the generated texts have the tokens of the " +
        "target, but only " + format_percent(*report.exact_text_match) +
        " are equal to it as text, because the tokenizer changes case, spaces or the form of "
        "characters; set \"lowercase\" and \"nfkc\" of the tokenizer to false; the tokenizer "
        "\"characters\" with \"whitespace\": true keeps spaces as well"});
  }
  return result;
}

SequenceReport sequence_report_from(const JsonFields& fields) {
  return metrics_from<SequenceValues, SequenceReport>(fields);
}

}  // namespace sequent
