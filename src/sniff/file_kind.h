// The format and the encoding of a data file, inferred from its first rows.
#pragma once

#include <string>
#include <string_view>

namespace sequent {

/// A family of data formats.
enum class FileFamily { kTable, kJson, kFastText, kConll, kFolders, kLines };

struct FileKind {
  FileFamily family = FileFamily::kLines;
  char delimiter = '\t';    // of a table
  bool has_quotes = false;  // of a table: fields may be quoted, as in CSV
  bool is_array = false;    // of JSON: one array instead of a value per line
  std::string encoding = "utf-8";
  std::string reason;  // for people: what was found
};

/// Infers the kind of a file from its first 256 KiB, and that of a folder from its subfolders.
/// Errors: Data if the file is missing, empty, binary or in an unknown encoding.
FileKind sniff_file(const std::string& path);

}  // namespace sequent
