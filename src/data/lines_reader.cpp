#include "data/line_reader.h"
#include "data/readers.h"
#include "data/row_faults.h"

namespace sequent {
namespace {

class PlainLinesReader : public RecordReader {
 public:
  PlainLinesReader(const std::string& path, const LinesFormat& format, const ReaderOptions& options)
      : options_(options), lines_(path, options.max_row_bytes, format.encoding) {}

  bool next(Record& record) override {
    clear(record);
    if (!lines_.next(line_)) return false;
    record.where = lines_.place(line_.number);
    record.fault = line_fault(line_, options_.max_row_bytes);
    if (!record.fault) record.text = line_.text;
    if (options_.keep_fields) record.fields.push_back(line_.text);
    return true;
  }

  const std::vector<std::string>& columns() const override { return no_columns_; }

 private:
  ReaderOptions options_;
  LineReader lines_;
  LineReader::Line line_;
  std::vector<std::string> no_columns_;
};

}  // namespace

std::unique_ptr<RecordReader> read_lines(const std::string& path, const LinesFormat& format,
                                         const ReaderOptions& options) {
  return std::make_unique<PlainLinesReader>(path, format, options);
}

std::unique_ptr<RecordReader> open_lines(const std::string& path, const ReaderOptions& options) {
  return read_lines(path, LinesFormat{}, options);
}

}  // namespace sequent
