#include "tasks/language_model/language_model_metrics.h"

#include <cmath>
#include <numbers>

#include "sequent/error.h"

namespace sequent {

LanguageModelReport language_model_report(std::int64_t count, double loss, std::int64_t right,
                                          std::int64_t unknown) {
  if (count == 0) throw Error(ErrorKind::kData, "", "no tokens to measure");
  const auto tokens = static_cast<double>(count);
  LanguageModelReport report;
  report.count = count;
  report.loss = loss / tokens;
  report.perplexity = std::exp(report.loss);
  report.bits_per_token = report.loss / std::numbers::ln2;
  report.accuracy = static_cast<double>(right) / tokens;
  report.unknown_share = static_cast<double>(unknown) / tokens;
  return report;
}

}  // namespace sequent
