// Helpers that read records and make configs.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sequent/data.h"
#include "support.h"

namespace sequent::testing {

/// The end of the error for text that is not UTF-8, if too little of it tells its encoding.
inline const std::string kEncodingCure =
    "; set \"encoding\" (sequent-infer: --encoding) to the file's encoding, such as \"gb18030\" or "
    "\"windows-1252\"";

/// Formats a record as `text|label` or `where: fault`.
inline std::string show(const Record& record) {
  if (record.fault) return record.where + ": " + *record.fault;
  return record.text + "|" + record.label.value_or("(none)");
}

inline std::vector<Record> read_all(RecordReader& reader) {
  std::vector<Record> records;
  for (Record record; reader.next(record);) records.push_back(record);
  return records;
}

inline std::vector<std::string> shown(RecordReader& reader) {
  std::vector<std::string> lines;
  for (const Record& record : read_all(reader)) lines.push_back(show(record));
  return lines;
}

inline std::vector<std::string> shown(const std::string& path, const DataFormat& format,
                                      const ReaderOptions& options = {}) {
  return shown(*open_records(path, format, options));
}

/// Reads the file to its end and returns the message of the error, or "" if there is none.
inline std::string failure(const std::string& path, const DataFormat& format,
                           const ReaderOptions& options = {}) {
  const auto error = error_of([&] { shown(path, format, options); });
  if (!error) return "";
  return error->kind() == ErrorKind::kData ? error->what() : "not a Data error";
}

/// Returns a file of the real data that tests may use, or nullopt if the data is not available.
inline std::optional<std::string> real_data(const std::string& name) {
  const char* folder = std::getenv("SEQUENT_TEST_DATA");
  const std::filesystem::path root =
      folder != nullptr ? std::filesystem::path(folder)
                        : std::filesystem::path(SEQUENT_SOURCE_DIR) / "../shared/data";
  const std::filesystem::path path = root / name;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path.string();
}

}  // namespace sequent::testing
