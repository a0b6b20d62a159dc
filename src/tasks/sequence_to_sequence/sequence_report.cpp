// The metrics of generated texts as a report.
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
    visit("exact_match", report.exact_match, {"exact match"});
    visit("bleu", report.bleu, {"BLEU", NumberFormat::kFixed2});
    visit("rouge_l", report.rouge_l, {"ROUGE-L"});
  }
};

}  // namespace

Report to_report(const SequenceReport& report) { return {{facts_of<SequenceValues>(report)}}; }

SequenceReport sequence_report_from(const JsonFields& fields) {
  return metrics_from<SequenceValues, SequenceReport>(fields);
}

}  // namespace sequent
