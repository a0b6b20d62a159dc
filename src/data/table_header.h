// The header of a table, shared by all table readers: finds columns by name or index.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/table_rows.h"
#include "sequent/data_format_spec.h"

namespace sequent {

class TableHeader {
 public:
  /// Reads the header from the first row of a file and stores that row in `first`. With
  /// `has_header`, the row holds the column names; otherwise it is data and only determines the
  /// number of columns.
  /// Errors: Data if the file has no rows or its first row is invalid.
  static TableHeader read(TableRows& rows, bool has_header, TableRow& first);

  /// The column names; without a header, the indices from 0.
  const std::vector<std::string>& columns() const { return columns_; }

  /// Returns the index of a column, or nullopt if there is no such column. Errors: Data if the
  /// header contains the name twice.
  std::optional<std::size_t> find(const Column& column) const;

  /// The same, but a missing column is an error. Errors: Data.
  std::size_t find_required(const Column& column) const;

  /// Returns the column's name in quotes, or its index, for messages.
  std::string describe(std::size_t column) const;

  /// Returns an error message if a row has the wrong number of columns, `found`.
  std::optional<std::string> width_fault(std::size_t found) const;

 private:
  /// Returns the likely cure if the first row seems to be written in another format, otherwise "".
  std::string syntax_cure() const;

  std::string file_;
  std::string where_;  // of the first row
  bool has_header_ = true;
  std::size_t width_ = 0;
  TableSyntax syntax_;
  std::string first_field_;
  std::vector<std::string> names_;    // empty without a header
  std::vector<std::string> columns_;  // names or indices, for users and for output
};

}  // namespace sequent
