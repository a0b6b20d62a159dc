#include "train/baseline_comparison.h"

#include <array>
#include <cmath>
#include <utility>

#include "core/format.h"
#include "sequent/log.h"

namespace sequent {
namespace {

constexpr const char* kMetric = "accuracy";

/// The number of rows of a report, which is no metric.
double rows_of(const Report& report) {
  for (const ReportSection& section : report.sections) {
    const auto* facts = std::get_if<ReportFacts>(&section);
    if (facts == nullptr) continue;
    for (const ReportFact& fact : facts->facts) {
      const auto* count = std::get_if<std::int64_t>(&fact.value);
      if (fact.key == "count" && count != nullptr) return static_cast<double>(*count);
    }
  }
  return 0;
}

/// Whether the difference of two shares of these rows is at most 1.96 standard errors, as if the
/// rows of both were independent.
bool is_by_chance(double a, double b, double rows) {
  constexpr double kStandardErrors = 1.96;
  const double error = std::sqrt((a * (1 - a) + b * (1 - b)) / rows);
  return rows == 0 || std::abs(a - b) <= kStandardErrors * error;
}

}  // namespace

std::string baseline_sentence(const std::string& name, double model, double baseline, double rows) {
  const std::string values =
      "accuracy " + format_metric(model) + "; " + name + " " + format_metric(baseline) + ": ";
  const std::string chance =
      is_by_chance(model, baseline, rows)
          ? ", but the difference may be chance (" + format_count(std::llround(rows)) + " rows)"
          : "";
  if (model > baseline) return values + "the sequence model is better" + chance;
  return values + "the sequence model does not pay yet" + chance;
}

std::vector<ReportSection> compare_with_baseline(const BaselineReports& baseline,
                                                 const TrainReport& report) {
  const double model = report.validation.value(kMetric).value_or(0);
  const double simple = baseline.validation.value(kMetric).value_or(0);
  const std::string sentence =
      baseline_sentence(baseline.name, model, simple, rows_of(report.validation));
  if (model > simple) {
    log_info("validation: " + sentence);
  } else {
    log_warning("validation: " + sentence);
  }
  constexpr std::array<const char*, 3> kShown{"accuracy", "macro_f1", "loss"};
  ReportTable table{
      "", "", {{"metric", "metric"}, {"model", "model"}, {"baseline", baseline.name}}, {}};
  const auto add = [&](const std::string& part, const Report& of_model, const Report& of_baseline) {
    for (const char* metric : kShown) {
      table.rows.push_back({part + " " + metric, report_value_of(of_model.value(metric)),
                            report_value_of(of_baseline.value(metric))});
    }
  };
  add("validation", report.validation, baseline.validation);
  if (report.test && baseline.test) add("test", *report.test, *baseline.test);
  return {ReportText{"", sentence + ".\n"}, std::move(table)};
}

}  // namespace sequent
