// Rows of fields: TSV and CSV, without any meaning of the columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sequent {

/// More columns are a row's fault: a file of tabs alone must not fill the memory with empty fields.
inline constexpr std::size_t kGreatestColumns = 65536;

struct TableRow {
  std::string where;                // `file:line` of its first line
  std::vector<std::string> fields;  // none for a row with a fault
  std::optional<std::string> fault;
};

class TableRows {
 public:
  virtual ~TableRows() = default;

  /// The next row that is not blank, or false at the end.
  /// Errors: Data where reading cannot go on.
  virtual bool next(TableRow& row) = 0;

  virtual const std::string& file() const = 0;
};

/// Tab-separated: no quoting, a line is a row. Errors: Data, as open_bytes.
std::unique_ptr<TableRows> open_tsv_rows(const std::string& path, std::size_t max_row_bytes);

/// Comma-separated. Source: RFC 4180; line ends may be LF. A quote inside an unquoted field, or
/// text after a closing quote, is the row's fault; a quote that is never closed ends the reading
/// with an error at the line where it stands.
std::unique_ptr<TableRows> open_csv_rows(const std::string& path, std::size_t max_row_bytes);

}  // namespace sequent
