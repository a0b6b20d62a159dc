// Accesses values in a report's tables and parts.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "sequent/report.h"

namespace sequent::testing {

/// Returns the value in a row and the column of this key. Errors: std::out_of_range if there is no
/// such cell.
inline const ReportValue& cell(const ReportTable& table, std::size_t row, const std::string& key) {
  const auto column = std::ranges::find(table.columns, key, &ReportColumn::key);
  if (column == table.columns.end()) throw std::out_of_range("no column " + key);
  return table.rows.at(row).at(static_cast<std::size_t>(column - table.columns.begin()));
}

/// Returns the part with this key as a separate report. Errors: std::out_of_range if there is none.
inline Report part_of(const Report& report, const std::string& key) {
  for (const ReportSection& section : report.sections) {
    const auto* part = std::get_if<ReportPart>(&section);
    if (part != nullptr && part->key == key) return {part->sections};
  }
  throw std::out_of_range("no part " + key);
}

}  // namespace sequent::testing
