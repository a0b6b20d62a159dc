#include "tasks/tagging/tagging_metrics.h"

#include <algorithm>

#include "sequent/error.h"

namespace sequent {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double f1_of(double precision, double recall) {
  return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
}

}  // namespace

TaggingMetrics::TaggingMetrics(const std::vector<std::string>& tags)
    : tags_(tags), of_type_(tags_.types().size()) {}

void TaggingMetrics::add(std::span<const std::int32_t> predicted,
                         std::span<const std::int32_t> truths) {
  if (predicted.size() != truths.size()) {
    throw Error(ErrorKind::kInternal, "", "expected one predicted tag per token");
  }
  ++rows_;
  tokens_ += static_cast<std::int64_t>(truths.size());
  for (std::size_t i = 0; i < truths.size(); ++i) {
    right_tokens_ += predicted[i] == truths[i] ? 1 : 0;
  }
  const std::vector<TagSpan> guesses = tags_.spans(predicted);
  const std::vector<TagSpan> wanted = tags_.spans(truths);
  const auto counts = [&](const TagSpan& span) -> Counts& {
    return of_type_[static_cast<std::size_t>(span.type)];
  };
  for (const TagSpan& span : guesses) {
    ++counts(span).predicted;
    if (std::find(wanted.begin(), wanted.end(), span) != wanted.end()) ++counts(span).found;
  }
  for (const TagSpan& span : wanted) ++counts(span).truths;
}

TaggingReport TaggingMetrics::report(std::optional<double> loss) const {
  if (rows_ == 0) throw Error(ErrorKind::kData, "", "no rows to measure");
  TaggingReport report;
  report.count = rows_;
  report.tokens = tokens_;
  report.loss = loss;
  report.accuracy = share(right_tokens_, tokens_);
  Counts all;
  double seen_types = 0;
  for (std::size_t type = 0; type < of_type_.size(); ++type) {
    const Counts& counts = of_type_[type];
    const double precision = share(counts.found, counts.predicted);
    const double recall = share(counts.found, counts.truths);
    report.per_type.push_back(
        {tags_.types()[type], precision, recall, f1_of(precision, recall), counts.truths});
    if (counts.predicted + counts.truths > 0) {
      report.macro_f1 += report.per_type.back().f1;
      ++seen_types;
    }
    all.found += counts.found;
    all.predicted += counts.predicted;
    all.truths += counts.truths;
  }
  if (seen_types > 0) report.macro_f1 /= seen_types;
  report.precision = share(all.found, all.predicted);
  report.recall = share(all.found, all.truths);
  report.f1 = f1_of(report.precision, report.recall);
  return report;
}

}  // namespace sequent
