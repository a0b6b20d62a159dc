#include "data/chosen_records.h"

#include <utility>

#include "data/row_targets.h"
#include "sequent/error.h"

namespace sequent {
namespace {

std::unique_ptr<RecordReader> open(const RecordSource& source, bool keep_fields) {
  ReaderOptions options = reader_options(source.target, source.features);
  options.keep_fields = keep_fields;
  return open_records(source.file, source.format, options);
}

}  // namespace

std::string RecordSource::location(const Record& record) const {
  const std::size_t slash = file.find_last_of('/');
  if (slash == std::string::npos || !record.where.starts_with(file)) return record.where;
  return record.where.substr(slash + 1);
}

ChosenRecords::ChosenRecords(RecordSource source, std::span<const std::int64_t> numbers,
                             bool keep_fields)
    : source_(std::move(source)), numbers_(numbers), reader_(open(source_, keep_fields)) {}

bool ChosenRecords::next(Record& record) {
  if (given_ == numbers_.size()) return false;
  const std::int64_t wanted = numbers_[given_++];
  do {
    if (!reader_->next(record)) {
      throw Error(ErrorKind::kData, source_.file,
                  "found " + std::to_string(position_) + " rows; expected more than " +
                      std::to_string(wanted) + "; the file has changed since it was predicted");
    }
  } while (position_++ < wanted);
  if (record.fault) throw Error(ErrorKind::kData, record.where, *record.fault);
  return true;
}

}  // namespace sequent
