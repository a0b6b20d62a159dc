// Declares the name, title and value of each metric once, both for building a report and for
// reading it from JSON.
//
//   struct ExampleValues {
//     template <class Self, class Visitor>
//     static void visit(Self& report, Visitor&& visit) {
//       visit("loss", report.loss, {"loss"});
//       visit("mape", report.mape, {"MAPE", NumberFormat::kPercent, /*if_defined=*/true});
//     }
//   };
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/json_fields.h"
#include "metrics/class_report.h"
#include "sequent/report.h"

namespace sequent {

/// How a value is displayed. A value without a title appears only in JSON.
struct FactStyle {
  std::string title = "";
  NumberFormat format = NumberFormat::kMetric;
  bool if_defined = false;  // shown only if it is defined
};

/// Returns the facts of `report`, in the order of `Values::visit`.
template <class Values, class Metrics>
ReportFacts facts_of(const Metrics& report) {
  ReportFacts facts;
  Values::visit(report, [&](const char* key, const auto& value, const FactStyle& style = {}) {
    ReportFact fact{key, style.title, {}, style.format};
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::optional<double>>) {
      fact.value = report_value_of(value);
      if (!value && style.if_defined) fact.title.clear();
    } else {
      fact.value = value;
    }
    facts.facts.push_back(std::move(fact));
  });
  return facts;
}

/// Reads the facts that facts_of returned. Errors: Artifact.
template <class Values, class Metrics>
Metrics metrics_from(const JsonFields& fields) {
  Metrics report;
  Values::visit(report, [&](const char* key, auto& value, const FactStyle& = {}) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, double>) {
      value = fields.number(key);
    } else if constexpr (std::is_same_v<Value, std::int64_t>) {
      value = fields.count(key);
    } else {
      value = fields.number_or_null(key);
    }
  });
  return report;
}

/// Returns the columns of a table with one ClassReport per row. `noun` is the heading of the first
/// column and `rows` that of the last one.
std::vector<ReportColumn> class_columns(const std::string& noun, const std::string& rows);
std::vector<ReportValue> class_row(const ClassReport& one);
ClassReport class_report_from(const JsonFields& fields);

/// Returns a column of numbers, with 0 for undefined values; empty if there is no such table.
std::vector<double> column_of(const Report& report, std::string_view table,
                              std::string_view column);

}  // namespace sequent
