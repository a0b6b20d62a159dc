#include <algorithm>
#include <string_view>
#include <utility>

#include "data/line_reader.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "sequent/tags.h"
#include "text/ascii.h"

namespace sequent {
namespace {

constexpr std::string_view kDocumentStart = "-DOCSTART-";

class ConllReader : public RecordReader {
 public:
  ConllReader(const std::string& path, const ConllFormat& format, const ReaderOptions& options)
      : format_(format), options_(options), lines_(path, options.max_row_bytes, format.encoding) {
    if (lines_.at_end()) throw Error(ErrorKind::kData, lines_.name(), "no rows");
  }

  bool next(Record& record) override {
    clear(record);
    while (lines_.next(line_)) {
      if (line_.is_blank() || line_.text.starts_with(kDocumentStart)) {
        if (!record.where.empty()) break;
        continue;
      }
      if (record.where.empty()) record.where = lines_.place(line_.number);
      if (!record.fault) add_token(record);
      if (options_.keep_fields) record.fields.push_back(line_.text);
    }
    record.text = join_tokens(record.tokens);
    if (format_.scheme) record.tags = convert_tags(record.tags, *format_.scheme);
    return !record.where.empty();
  }

  const std::vector<std::string>& columns() const override { return no_columns_; }

 private:
  void add_token(Record& record) {
    if (const auto fault = line_fault(line_, options_.max_row_bytes)) {
      record.where = lines_.place(line_.number);
      record.fault = fault;
      return;
    }
    std::vector<std::string_view> columns;
    const std::string_view line = line_.text;
    for (std::size_t at = 0; at < line.size();) {
      std::size_t end = at;
      while (end < line.size() && !is_ascii_space(line[end])) ++end;
      if (end > at) columns.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    const std::int64_t needed =
        1 +
        (options_.need_label ? std::max(format_.token, format_.tag.value_or(1)) : format_.token);
    if (static_cast<std::int64_t>(columns.size()) < needed) {
      record.where = lines_.place(line_.number);
      record.fault = "found " + std::to_string(columns.size()) +
                     (columns.size() == 1 ? " column" : " columns") + "; expected at least " +
                     std::to_string(needed) + ": one token and its tag per line";
      return;
    }
    record.tokens.emplace_back(columns[static_cast<std::size_t>(format_.token)]);
    if (options_.need_label) {
      record.tags.emplace_back(columns[static_cast<std::size_t>(format_.tag.value_or(1))]);
    }
  }

  ConllFormat format_;
  ReaderOptions options_;
  LineReader lines_;
  LineReader::Line line_;
  std::vector<std::string> no_columns_;
};

}  // namespace

std::string join_tokens(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) {
    if (!text.empty()) text += ' ';
    text += token;
  }
  return text;
}

std::unique_ptr<RecordReader> read_conll(const std::string& path, const ConllFormat& format,
                                         const ReaderOptions& options) {
  return std::make_unique<ConllReader>(path, format, options);
}

}  // namespace sequent
