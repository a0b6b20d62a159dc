#include "metrics/report_json.h"

#include <nlohmann/json.hpp>
#include <type_traits>

#include "metrics/report_values.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(double value) { return value; }

Json json_of(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

ClassReport class_from_fields(const JsonFields& fields) {
  return {.label = fields.text("label"),
          .precision = fields.number("precision"),
          .recall = fields.number("recall"),
          .f1 = fields.number("f1"),
          .support = fields.count("support")};
}

/// Every class has a row and a column of the matrix, and all rows of the data stand in it.
void check_sizes(const ClassificationReport& report, const JsonFields& fields) {
  const std::size_t classes = report.per_class.size();
  const std::string size = std::to_string(classes) + " x " + std::to_string(classes);
  if (report.confusion.size() != classes) {
    fields.fail("confusion_matrix/rows", "found " + std::to_string(report.confusion.size()) +
                                             " rows; " + size + " counts belong here");
  }
  std::int64_t missing = report.count;  // never below 0: damaged counts must not overflow
  for (std::size_t i = 0; i < classes; ++i) {
    const std::vector<std::int64_t>& row = report.confusion[i];
    if (row.size() != classes) {
      fields.fail("confusion_matrix/rows/" + std::to_string(i),
                  "found " + std::to_string(row.size()) + " counts; " + size + " belong here");
    }
    for (const std::int64_t cell : row) {
      if (cell > missing) fields.fail("confusion_matrix/rows", "the counts exceed /count");
      missing -= cell;
    }
  }
  if (missing > 0) {
    fields.fail("confusion_matrix/rows",
                "the counts are " + std::to_string(missing) + " rows short of /count");
  }
}

/// The count and all that visit_report_values visits.
template <class OneReport>
Json values_as_json(const OneReport& report) {
  Json json;
  json["count"] = report.count;
  visit_report_values(report,
                      [&](const char* name, const auto& value) { json[name] = json_of(value); });
  return json;
}

template <class OneReport>
OneReport values_from_fields(const JsonFields& fields) {
  OneReport report;
  report.count = fields.count("count");
  visit_report_values(report, [&](const char* name, auto& value) {
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(value)>, double>) {
      value = fields.number(name);
    } else {
      value = fields.number_or_null(name);
    }
  });
  return report;
}

Json as_json(const RegressionReport& report) {
  Json json = values_as_json(report);
  Json& targets = json["per_target"] = Json::array();
  for (const TargetReport& one : report.per_target) {
    targets.push_back({{"name", one.name},
                       {"rmse", one.rmse},
                       {"mae", one.mae},
                       {"r2", json_of(one.r2)},
                       {"naive_mae", json_of(one.naive_mae)}});
  }
  Json& baselines = json["baselines"] = Json::array();
  for (const BaselineReport& one : report.baselines) {
    baselines.push_back({{"name", one.name}, {"rmse", one.rmse}, {"mae", one.mae}});
  }
  json["curve_steps"] = report.curve_steps;
  Json& curve = json["curve"] = Json::array();
  for (const ForecastPoint& one : report.curve) {
    curve.push_back({{"truth", one.truth}, {"forecast", one.forecast}});
  }
  return json;
}

RegressionReport regression_from_fields(const JsonFields& fields) {
  auto report = values_from_fields<RegressionReport>(fields);
  for (const JsonFields& one : fields.objects("per_target")) {
    report.per_target.push_back({.name = one.text("name"),
                                 .rmse = one.number("rmse"),
                                 .mae = one.number("mae"),
                                 .r2 = one.number_or_null("r2"),
                                 .naive_mae = one.number_or_null("naive_mae")});
  }
  for (const JsonFields& one : fields.objects("baselines")) {
    report.baselines.push_back(
        {.name = one.text("name"), .rmse = one.number("rmse"), .mae = one.number("mae")});
  }
  report.curve_steps = fields.count("curve_steps");
  for (const JsonFields& one : fields.objects("curve")) {
    report.curve.push_back({.truth = one.number("truth"), .forecast = one.number("forecast")});
  }
  if (report.per_target.empty()) fields.fail("per_target", "found none; at least 1 belongs here");
  return report;
}

Json as_json(const ClassReport& one) {
  return {{"label", one.label},
          {"precision", one.precision},
          {"recall", one.recall},
          {"f1", one.f1},
          {"support", one.support}};
}

Json as_json(const ClassificationReport& report);
ClassificationReport classification_from_fields(const JsonFields& fields);

Json as_json(const TaggingReport& report) {
  Json json = values_as_json(report);
  json["tokens"] = report.tokens;
  if (report.row_label) json["row_label"] = as_json(*report.row_label);
  Json& types = json["per_type"] = Json::array();
  for (const ClassReport& one : report.per_type) types.push_back(as_json(one));
  return json;
}

TaggingReport tagging_from_fields(const JsonFields& fields) {
  auto report = values_from_fields<TaggingReport>(fields);
  report.tokens = fields.count("tokens");
  if (fields.has("row_label")) {
    report.row_label = classification_from_fields(fields.object("row_label"));
  }
  for (const JsonFields& one : fields.objects("per_type")) {
    report.per_type.push_back(class_from_fields(one));
  }
  return report;
}

Json as_json(const MultiLabelReport& report) {
  Json json = values_as_json(report);
  Json& labels = json["per_label"] = Json::array();
  for (const LabelReport& one : report.per_label) {
    labels.push_back(as_json(static_cast<const ClassReport&>(one)));
    labels.back()["threshold"] = one.threshold;
  }
  return json;
}

MultiLabelReport multi_label_from_fields(const JsonFields& fields) {
  auto report = values_from_fields<MultiLabelReport>(fields);
  for (const JsonFields& one : fields.objects("per_label")) {
    LabelReport line;
    static_cast<ClassReport&>(line) = class_from_fields(one);
    line.threshold = one.number("threshold");
    report.per_label.push_back(line);
  }
  return report;
}

Json as_json(const LanguageModelReport& report) { return values_as_json(report); }

Json as_json(const SequenceReport& report) { return values_as_json(report); }

Json as_json(const ClassificationReport& report) {
  Json json = values_as_json(report);
  json["top_k"] = report.top_k;
  Json& classes = json["per_class"] = Json::array();
  Json labels = Json::array();
  for (const ClassReport& one : report.per_class) {
    classes.push_back(as_json(one));
    labels.push_back(one.label);
  }
  json["confusion_matrix"] = {{"labels", std::move(labels)}, {"rows", report.confusion}};
  return json;
}

ClassificationReport classification_from_fields(const JsonFields& fields) {
  auto report = values_from_fields<ClassificationReport>(fields);
  report.top_k = fields.count("top_k");
  std::vector<std::string> labels;
  for (const JsonFields& one : fields.objects("per_class")) {
    report.per_class.push_back(class_from_fields(one));
    labels.push_back(report.per_class.back().label);
  }
  if (labels.size() < 2) {
    fields.fail("per_class",
                "found " + std::to_string(labels.size()) + " classes; at least 2 belong here");
  }
  const JsonFields matrix = fields.object("confusion_matrix");
  if (matrix.texts("labels") != labels) {
    matrix.fail("labels", "not the labels of per_class");
  }
  report.confusion = matrix.count_rows("rows");
  check_sizes(report, fields);
  return report;
}

}  // namespace

Json report_as_json(const Report& report) {
  return std::visit([](const auto& one) { return as_json(one); }, report);
}

Report report_from_fields(const JsonFields& fields) {
  if (fields.has("per_target")) return regression_from_fields(fields);
  if (fields.has("per_type")) return tagging_from_fields(fields);
  if (fields.has("per_label")) return multi_label_from_fields(fields);
  if (fields.has("perplexity")) return values_from_fields<LanguageModelReport>(fields);
  if (fields.has("exact_match")) return values_from_fields<SequenceReport>(fields);
  return classification_from_fields(fields);
}

std::string report_to_json(const Report& report, int indent) {
  return dump_json(report_as_json(report), indent);
}

Report report_from_json(const std::string& json) {
  const JsonOrigin origin{.where = "report", .cure = "evaluate again"};
  const Json parsed = parse_json(json, origin);
  return report_from_fields(JsonFields(parsed, origin));
}

Calibration report_calibration(const std::string& json) {
  Calibration found;
  if (json.empty()) return found;
  const Report report = report_from_json(json);
  if (const auto* of_labels = std::get_if<MultiLabelReport>(&report)) {
    for (const LabelReport& one : of_labels->per_label) found.thresholds.push_back(one.threshold);
  }
  if (const auto* numbers = std::get_if<RegressionReport>(&report)) {
    for (const TargetReport& one : numbers->per_target) {
      found.naive_mae.push_back(one.naive_mae.value_or(0));
    }
  }
  return found;
}

std::optional<double> report_value(const Report& report, const std::string& metric) {
  constexpr std::string_view kRowLabel = "row_label.";
  const auto* tags = std::get_if<TaggingReport>(&report);
  if (tags != nullptr && tags->row_label && metric.starts_with(kRowLabel)) {
    return report_value(*tags->row_label, metric.substr(kRowLabel.size()));
  }
  std::optional<double> result;
  std::visit(
      [&](const auto& one) {
        visit_report_values(one, [&](const char* name, const auto& value) {
          if (metric == name) result = value;
        });
      },
      report);
  return result;
}

}  // namespace sequent
