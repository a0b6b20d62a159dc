// Converts a report to JSON: an object with the facts as members, followed by the tables.
#include "report/report_json.h"

#include <nlohmann/json.hpp>

#include "metrics/confusion.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;

Json value_as_json(const ReportValue& value) {
  return std::visit(
      []<class Value>(const Value& one) -> Json {
        if constexpr (std::is_same_v<Value, std::monostate>) {
          return nullptr;
        } else {
          return one;
        }
      },
      value);
}

Json sections_as_json(const std::vector<ReportSection>& sections);

/// Adds the content of a section to the report's object.
struct JsonSections {
  Json& json;

  void operator()(const ReportFacts& facts) const {
    for (const ReportFact& fact : facts.facts) {
      if (!fact.key.empty()) json[fact.key] = value_as_json(fact.value);
    }
  }
  void operator()(const ReportTable& table) const {
    if (table.key.empty()) return;
    Json& rows = json[table.key] = Json::array();
    for (const std::vector<ReportValue>& row : table.rows) {
      Json& object = rows.emplace_back(Json::object());
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::string& key = table.columns[i].key;
        if (!key.empty()) object[key] = value_as_json(row[i]);
      }
    }
  }
  void operator()(const ReportMatrix& matrix) const {
    Json& object = json[matrix.key] = {{"labels", matrix.labels}};
    if (matrix.labels.size() <= ReportMatrix::kDenseLabels) {
      object["rows"] = dense_counts(matrix.cells, matrix.labels.size());
      return;
    }
    Json& cells = object["cells"] = Json::array();
    for (const MatrixCell& cell : matrix.cells) {
      cells.push_back({cell.truth, cell.predicted, cell.count});
    }
  }
  void operator()(const ReportCurve& curve) const {
    Json& steps = json[curve.key] = Json::array();
    const std::size_t count = curve.lines.empty() ? 0 : curve.lines.front().values.size();
    for (std::size_t i = 0; i < count; ++i) {
      Json& step = steps.emplace_back(Json::object());
      for (const ReportLine& line : curve.lines) step[line.key] = line.values[i];
    }
  }
  void operator()(const ReportCharts&) const {}
  void operator()(const ReportText&) const {}
  void operator()(const ReportWarning&) const {}
  void operator()(const ReportPart& part) const {
    json[part.key] = sections_as_json(part.sections);
  }
};

Json sections_as_json(const std::vector<ReportSection>& sections) {
  Json json = Json::object();
  for (const ReportSection& section : sections) std::visit(JsonSections{json}, section);
  return json;
}

}  // namespace

Json report_as_json(const Report& report) { return sections_as_json(report.sections); }

Report report_from_fields(const JsonFields& fields, const Task& task) {
  return definition_of(task).read_report(fields);
}

std::string report_to_json(const Report& report, int indent) {
  return dump_json(report_as_json(report), indent);
}

Report report_from_json(const std::string& json, const Task& task) {
  const JsonOrigin origin{.where = "report", .cure = "evaluate again"};
  const Json parsed = parse_json(json, origin);
  return report_from_fields(JsonFields(parsed, origin), task);
}

}  // namespace sequent
