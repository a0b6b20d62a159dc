// The metrics of a language model as a report.
#include "report/report_fields.h"
#include "tasks/language_model/language_model_metrics.h"

namespace sequent {
namespace {

struct LanguageModelValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"tokens", NumberFormat::kCount});
    visit("loss", report.loss, {"loss per token"});
    visit("perplexity", report.perplexity, {"perplexity", NumberFormat::kShort});
    visit("bits_per_token", report.bits_per_token, {"bits per token"});
    visit("accuracy", report.accuracy, {"accuracy"});
    visit("unknown_share", report.unknown_share, {"unknown tokens", NumberFormat::kPercent});
  }
};

}  // namespace

Report to_report(const LanguageModelReport& report) {
  return {{facts_of<LanguageModelValues>(report)}};
}

LanguageModelReport language_model_report_from(const JsonFields& fields) {
  return metrics_from<LanguageModelValues, LanguageModelReport>(fields);
}

}  // namespace sequent
