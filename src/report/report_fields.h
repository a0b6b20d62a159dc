// A metric's name, title and value, declared once: for building a report and for reading it from
// JSON.
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

/// How people are shown a value; without a title it is in JSON alone.
struct FactStyle {
  std::string title = "";
  NumberFormat format = NumberFormat::kMetric;
  bool if_defined = false;  // shown only where it is defined
};

/// The facts of `report`, in the order of `Values::visit`.
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

/// Reads what facts_of gave. Errors: Artifact.
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

/// Columns of a table with a ClassReport in each row; `noun` heads the first, `rows` the last.
std::vector<ReportColumn> class_columns(const std::string& noun, const std::string& rows);
std::vector<ReportValue> class_row(const ClassReport& one);
ClassReport class_report_from(const JsonFields& fields);

/// A column of numbers, 0 where a value is not defined; empty without such a table.
std::vector<double> column_of(const Report& report, std::string_view table,
                              std::string_view column);

}  // namespace sequent
