// Which column is which: what readers of tables share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "data/table_rows.h"
#include "sequent/data_spec.h"

namespace sequent {

class TableHeader {
 public:
  /// Of a file's first row, which is left in `first`: with `has_header` it holds the names, else it
  /// is data and says only how many columns there are. Errors: Data if the file has no row, or the
  /// first has a fault.
  static TableHeader read(TableRows& rows, bool has_header, TableRow& first);

  /// The names; without a header the indices from 0.
  const std::vector<std::string>& columns() const { return columns_; }

  /// Errors: Data if the header has the name twice.
  std::optional<std::size_t> find(const Column& column) const;

  /// Errors: Data, also if there is no such column.
  std::size_t find_required(const Column& column) const;

  /// For messages: the column's name in quotes, or its index.
  std::string describe(std::size_t column) const;

  /// Why a row of `found` columns cannot be used.
  std::optional<std::string> width_fault(std::size_t found) const;

 private:
  std::string file_;
  std::string where_;  // of the first row
  bool has_header_ = true;
  std::size_t width_ = 0;
  std::vector<std::string> names_;    // empty without a header
  std::vector<std::string> columns_;  // for people and output
};

}  // namespace sequent
