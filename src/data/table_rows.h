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
  std::int64_t blank_before = 0;  // number of blank lines skipped before it
};

/// How a table separates its columns, for messages.
struct TableSyntax {
  char delimiter = '\t';
  bool has_quotes = false;
};

class TableRows {
 public:
  virtual ~TableRows() = default;

  /// Reads the next non-blank row; returns false at the end.
  /// Errors: Data if the file cannot be read further.
  virtual bool next(TableRow& row) = 0;

  /// From now on, a blank line is a row with one empty field, as a table of one column needs.
  virtual void keep_blank_lines() = 0;

  virtual const std::string& file() const = 0;
  virtual TableSyntax syntax() const = 0;
};

/// Tab-separated values: there is no quoting, and each line is a row. Warns once if fields look
/// quoted. Errors: as open_text.
std::unique_ptr<TableRows> open_tsv_rows(const std::string& path, std::size_t max_row_bytes,
                                         const std::string& encoding);

struct CsvDialect {
  char delimiter = ',';
  std::string encoding = "utf-8";
};

/// Comma-separated values. A first line such as `sep=;` is not a row, but determines the delimiter.
/// A quote inside an unquoted field is part of the text; the first one causes a warning. Text after
/// a closing quote makes the row invalid. A quote that is never closed ends the file with an error
/// at the line of that quote.
/// Source: RFC 4180; lines may also end with LF.
std::unique_ptr<TableRows> open_csv_rows(const std::string& path, std::size_t max_row_bytes,
                                         const CsvDialect& dialect = {});

}  // namespace sequent
