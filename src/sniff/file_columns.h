// The columns of a table, or the keys of JSON objects, with profiles of their values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/data_format_spec.h"
#include "sniff/column_profile.h"
#include "sniff/file_kind.h"

namespace sequent {

struct FileColumns {
  std::vector<ColumnProfile> columns;
  bool has_header = true;  // of a table
  std::string header_reason;
  std::int64_t rows = 0;

  /// Returns the column as a config names it: by its name, or by its index without a header.
  Column column(std::size_t index) const;
  /// Returns the index of the column with this name or index; -1 if there is none.
  std::int64_t find(const std::string& name) const;
};

/// Reads all rows of a table or of JSON. Errors: Data if the file cannot be read, if it has no
/// rows, or if no row is a JSON object.
FileColumns profile_columns(const std::string& path, const FileKind& kind);

/// Returns whether the first row of a table holds column names, judged by it and the rows after it,
/// and why. Shapes: `rows` are the rows after it, each with as many fields.
bool is_header(const std::vector<std::string>& first,
               const std::vector<std::vector<std::string>>& rows, std::string& reason);

}  // namespace sequent
