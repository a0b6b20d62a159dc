#include "data/readers.h"

namespace sequent {
namespace {

struct Opener {
  const std::string& path;
  const ReaderOptions& options;

  std::unique_ptr<RecordReader> operator()(const TsvFormat& format) const {
    return read_table(open_tsv_rows(path, options.max_row_bytes),
                      {format.text, format.label, format.header}, options);
  }
  std::unique_ptr<RecordReader> operator()(const CsvFormat& format) const {
    return read_table(open_csv_rows(path, options.max_row_bytes),
                      {format.text, format.label, format.header}, options);
  }
  std::unique_ptr<RecordReader> operator()(const JsonlFormat& format) const {
    return read_jsonl(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const FoldersFormat&) const {
    return read_folders(path, options);
  }
  std::unique_ptr<RecordReader> operator()(const FastTextFormat& format) const {
    return read_fasttext(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const SeriesFormat& format) const {
    return read_series(path, format, options);
  }
};

}  // namespace

std::unique_ptr<RecordReader> open_records(const std::string& path, const DataFormat& format,
                                           const ReaderOptions& options) {
  return std::visit(Opener{path, options}, format);
}

}  // namespace sequent
