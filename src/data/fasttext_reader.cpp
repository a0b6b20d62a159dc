#include <algorithm>
#include <utility>

#include "data/line_reader.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "text/ascii.h"

namespace sequent {
namespace {

class FastTextReader : public RecordReader {
 public:
  FastTextReader(const std::string& path, FastTextFormat format, const ReaderOptions& options)
      : format_(std::move(format)),
        options_(options),
        lines_(path, options.max_row_bytes, format_.encoding) {
    if (lines_.at_end()) throw Error(ErrorKind::kData, lines_.name(), "no rows");
  }

  bool next(Record& record) override {
    clear(record);
    do {
      if (!lines_.next(line_)) return false;
    } while (line_.is_blank());
    record.where = lines_.place(line_.number);
    record.fault = line_fault(line_, options_.max_row_bytes);
    if (!record.fault) fill(record);
    if (options_.keep_fields) record.fields.push_back(line_.text);
    return true;
  }

  const std::vector<std::string>& columns() const override { return no_columns_; }

 private:
  /// Extracts the labels, which may be anywhere in the line; the rest is the text.
  void fill(Record& record) const {
    std::vector<std::string_view> labels;
    const std::string_view line = line_.text;
    std::size_t text_begin = 0;
    for (std::size_t at = 0; at < line.size();) {
      std::size_t end = at;
      while (end < line.size() && !is_ascii_space(line[end])) ++end;
      const std::string_view word = line.substr(at, end - at);
      std::size_t next = end;
      while (next < line.size() && is_ascii_space(line[next])) ++next;
      if (word.starts_with(format_.prefix)) {
        labels.push_back(word.substr(format_.prefix.size()));
        record.text += line.substr(text_begin, at - text_begin);
        text_begin = next;
      }
      at = next;
    }
    record.text += line.substr(text_begin);
    take_label(record, labels);
  }

  void take_label(Record& record, const std::vector<std::string_view>& labels) const {
    if (!options_.need_label) {
      if (labels.size() == 1 && !labels.front().empty()) record.label = labels.front();
    } else if (options_.label_lists) {
      record.labels.assign(labels.begin(), labels.end());
      if (std::find(labels.begin(), labels.end(), "") != labels.end()) {
        record.fault = "found an empty label; expected a name after " + format_.prefix;
      }
    } else if (labels.size() > 1) {
      record.fault = "found " + std::to_string(labels.size()) + " labels (" +
                     std::string(labels[0]) + ", " + std::string(labels[1]) +
                     (labels.size() > 2 ? ", ..." : "") +
                     "); expected one, or \"task\": \"multi_label\"";
    } else if (labels.empty()) {
      record.fault = "found no label; expected one word that starts with " + format_.prefix;
    } else if (labels.front().empty()) {
      record.fault = "found an empty label; expected a name after " + format_.prefix;
    } else {
      record.label = labels.front();
    }
  }

  FastTextFormat format_;
  ReaderOptions options_;
  LineReader lines_;
  LineReader::Line line_;
  std::vector<std::string> no_columns_;
};

}  // namespace

std::unique_ptr<RecordReader> read_fasttext(const std::string& path, const FastTextFormat& format,
                                            const ReaderOptions& options) {
  return std::make_unique<FastTextReader>(path, format, options);
}

}  // namespace sequent
