#include "sequent/report.h"

#include <algorithm>

#include "report/report_fields.h"

namespace sequent {
namespace {

/// Returns the section of this kind and key, or null if there is none.
template <class Section>
const Section* find_section(const std::vector<ReportSection>& sections, std::string_view key) {
  for (const ReportSection& section : sections) {
    const auto* one = std::get_if<Section>(&section);
    if (one != nullptr && one->key == key) return one;
  }
  return nullptr;
}

std::optional<double> number_of(const ReportValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* count = std::get_if<std::int64_t>(&value)) return static_cast<double>(*count);
  return std::nullopt;
}

/// Calls `use(name, value)` for each fact with a key, including those of parts.
template <class Use>
void for_each_metric(const std::vector<ReportSection>& sections, const std::string& prefix,
                     const Use& use) {
  for (const ReportSection& section : sections) {
    if (const auto* facts = std::get_if<ReportFacts>(&section)) {
      for (const ReportFact& fact : facts->facts) {
        if (!fact.key.empty()) use(prefix + fact.key, fact.value);
      }
    } else if (const auto* part = std::get_if<ReportPart>(&section)) {
      for_each_metric(part->sections, prefix + part->key + ".", use);
    }
  }
}

void collect_warnings(const std::vector<ReportSection>& sections,
                      std::vector<std::string>& sentences) {
  for (const ReportSection& section : sections) {
    if (const auto* warning = std::get_if<ReportWarning>(&section)) {
      sentences.push_back(warning->sentence);
    } else if (const auto* part = std::get_if<ReportPart>(&section)) {
      collect_warnings(part->sections, sentences);
    }
  }
}

}  // namespace

bool ReportPart::operator==(const ReportPart&) const = default;

ReportValue report_value_of(const std::optional<double>& value) {
  if (value) return *value;
  return std::monostate{};
}

std::optional<double> Report::value(std::string_view metric) const {
  std::optional<double> found;
  for_each_metric(sections, "", [&](const std::string& name, const ReportValue& value) {
    if (name == metric) found = number_of(value);
  });
  return found;
}

std::vector<std::string> Report::metrics() const {
  std::vector<std::string> names;
  for_each_metric(sections, "", [&](const std::string& name, const ReportValue& value) {
    if (!std::holds_alternative<std::int64_t>(value)) names.push_back(name);
  });
  return names;
}

std::vector<std::string> Report::warnings() const {
  std::vector<std::string> sentences;
  collect_warnings(sections, sentences);
  return sentences;
}

const ReportTable* Report::table(std::string_view key) const {
  return find_section<ReportTable>(sections, key);
}

const ReportMatrix* Report::matrix(std::string_view key) const {
  return find_section<ReportMatrix>(sections, key);
}

const ReportCurve* Report::curve(std::string_view key) const {
  return find_section<ReportCurve>(sections, key);
}

std::vector<ReportColumn> class_columns(const std::string& noun, const std::string& rows) {
  return {{"label", noun, {}},
          {"precision", "precision"},
          {"recall", "recall"},
          {"f1", "F1"},
          {"support", rows, NumberFormat::kCount}};
}

std::vector<ReportValue> class_row(const ClassReport& one) {
  return {one.label, one.precision, one.recall, one.f1, one.support};
}

ClassReport class_report_from(const JsonFields& fields) {
  return {.label = fields.text("label"),
          .precision = fields.number("precision"),
          .recall = fields.number("recall"),
          .f1 = fields.number("f1"),
          .support = fields.count("support")};
}

std::vector<double> column_of(const Report& report, std::string_view table,
                              std::string_view column) {
  const ReportTable* found = report.table(table);
  if (found == nullptr) return {};
  const auto at = std::find_if(found->columns.begin(), found->columns.end(),
                               [&](const ReportColumn& one) { return one.key == column; });
  if (at == found->columns.end()) return {};
  const auto index = static_cast<std::size_t>(at - found->columns.begin());
  std::vector<double> values;
  for (const std::vector<ReportValue>& row : found->rows) {
    values.push_back(number_of(row[index]).value_or(0));
  }
  return values;
}

}  // namespace sequent
