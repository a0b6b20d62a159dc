// Rows of fields of TSV and CSV files, regardless of the columns' meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sequent {

/// A row with more columns is invalid: a file that consists of tabs must not fill the memory with
/// empty fields.
inline constexpr std::size_t kGreatestColumns = 65536;

struct TableRow {
  std::string where;                // `file:line` of its first line
  std::vector<std::string> fields;  // empty for an invalid row
  std::optional<std::string> fault;
};

class TableRows {
 public:
  virtual ~TableRows() = default;

  /// Reads the next non-blank row; returns false at the end.
  /// Errors: Data if the file cannot be read further.
  virtual bool next(TableRow& row) = 0;

  virtual const std::string& file() const = 0;
};

/// Tab-separated values: there is no quoting, and each line is a row. Errors: Data, as open_bytes.
std::unique_ptr<TableRows> open_tsv_rows(const std::string& path, std::size_t max_row_bytes);

/// Comma-separated values. A quote inside an unquoted field, or text after a closing quote, makes
/// the row invalid. A quote that is never closed ends the file with an error at the line of that
/// quote.
/// Source: RFC 4180; lines may also end with LF.
std::unique_ptr<TableRows> open_csv_rows(const std::string& path, std::size_t max_row_bytes);

}  // namespace sequent
