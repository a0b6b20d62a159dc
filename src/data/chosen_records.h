// Some rows of a file, which is read again for what a model does not keep: texts and locations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// A labelled file and how to read it.
struct RecordSource {
  std::string file;
  DataFormat format;
  TargetKind target = TargetKind::kLabel;
  std::vector<FeatureSpec> features = {};  // read as well

  /// Returns the location of a record without the folder of the file, such as "test.tsv:12".
  std::string location(const Record& record) const;
};

/// Reads the rows with given numbers in bounded memory.
class ChosenRecords {
 public:
  /// `numbers`: of rows, from 0, in ascending order; they must outlive this object. `keep_fields`:
  /// see ReaderOptions. Errors: those of open_records.
  ChosenRecords(RecordSource source, std::span<const std::int64_t> numbers,
                bool keep_fields = false);

  /// See RecordReader::columns.
  const std::vector<std::string>& columns() const { return reader_->columns(); }

  /// Reads the next of these rows; returns false after the last one. Errors: Data if the file has
  /// fewer rows, or the row cannot be used.
  bool next(Record& record);

 private:
  RecordSource source_;
  std::span<const std::int64_t> numbers_;
  std::unique_ptr<RecordReader> reader_;
  std::size_t given_ = 0;      // of numbers_
  std::int64_t position_ = 0;  // the number of the next row in the file
};

}  // namespace sequent
