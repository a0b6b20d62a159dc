#include <utility>

#include "core/delimiter.h"
#include "data/line_reader.h"
#include "data/row_faults.h"
#include "data/table_rows.h"
#include "data/warn_once.h"
#include "sequent/error.h"

namespace sequent {
namespace {

class CsvRows : public TableRows {
 public:
  CsvRows(const std::string& path, std::size_t max_row_bytes, const CsvDialect& dialect)
      : blocks_(path, dialect.encoding),
        max_row_bytes_(max_row_bytes),
        delimiter_(dialect.delimiter) {}

  bool next(TableRow& row) override {
    row.blank_before = 0;
    while (true) {
      if (!read_record()) return false;
      if (std::exchange(is_first_, false) && takes_delimiter()) continue;
      if (keeps_blank_ || !is_blank()) break;
      ++row.blank_before;
    }
    row.where = blocks_.place(first_line_);
    row.fields.clear();
    row.fault = fault_;
    if (too_long_) row.fault = too_long_fault(max_row_bytes_);
    // Quotes and delimiters are ASCII, so the record is valid UTF-8 exactly if its fields are.
    if (!row.fault) row.fault = text_fault(raw_, blocks_);
    if (row.fault) return true;
    for (const Field& field : fields_) row.fields.push_back(content(field));
    return true;
  }

  const std::string& file() const override { return blocks_.name(); }
  TableSyntax syntax() const override { return {delimiter_, /*has_quotes=*/true}; }
  void keep_blank_lines() override { keeps_blank_ = true; }

 private:
  enum class State { kFieldStart, kUnquoted, kQuoted, kQuoteInQuoted, kReturnAfterQuote };

  /// The byte range of a field in raw_, including its quotes.
  struct Field {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool quoted = false;
  };

  /// Reads one record into raw_ and fields_; returns false at the end of the file.
  bool read_record() {
    raw_.clear();
    fields_.clear();
    fault_.reset();
    too_long_ = false;
    field_ = {};
    state_ = State::kFieldStart;
    first_line_ = blocks_.line();
    bool found = false;
    while (true) {
      const std::string_view rest = blocks_.rest();
      if (rest.empty()) break;
      found = true;
      const std::size_t used = scan(rest);
      keep(rest.substr(0, record_ended_ ? used - 1 : used));
      blocks_.consume(used);
      if (record_ended_) return true;
    }
    if (state_ == State::kQuoted) {
      throw Error(ErrorKind::kData, blocks_.place(quote_line_),
                  "found a quote that is never closed; expected a closing quote at the end of the "
                  "field: double the quotes inside a field");
    }
    if (found) end_field(raw_.size());
    return found;
  }

  /// Runs the state machine to the end of the record or of `bytes`. Returns the number of bytes
  /// used.
  std::size_t scan(std::string_view bytes) {
    record_ended_ = false;
    line_ = blocks_.line();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (state_ != State::kQuoted && bytes[i] == '\n') {
        end_field(raw_.size() + i);
        record_ended_ = true;
        return i + 1;
      }
      step(bytes[i], raw_.size() + i);
    }
    return bytes.size();
  }

  /// Processes one byte that does not end the record; `position` is its offset in raw_.
  void step(char byte, std::size_t position) {
    switch (state_) {
      case State::kQuoted:
        if (byte == '"') state_ = State::kQuoteInQuoted;
        if (byte == '\n') ++line_;
        return;
      case State::kQuoteInQuoted:
        if (byte == '"') {
          state_ = State::kQuoted;
          return;
        }
        if (byte == '\r') {
          state_ = State::kReturnAfterQuote;
          return;
        }
        break;
      case State::kReturnAfterQuote:
        if (byte == '\r') return;
        report_text_after_quote();
        break;
      case State::kFieldStart:
        if (byte == '"') {
          field_.quoted = true;
          quote_line_ = line_;
          state_ = State::kQuoted;
          return;
        }
        break;
      case State::kUnquoted:
        if (byte == '"' && !has_stray_quote_) warn_about_quote();
        break;
    }
    if (byte == delimiter_) {
      end_field(position);
      field_.begin = position + 1;
      return;
    }
    if (state_ == State::kQuoteInQuoted) report_text_after_quote();
    state_ = State::kUnquoted;
  }

  void report_text_after_quote() {
    report("found text after a closing quote; expected " + quoted_delimiter(delimiter_) +
           " or the end of the line: double the quotes inside a field");
  }

  /// Other readers of CSV also take such a quote literally.
  void warn_about_quote() {
    has_stray_quote_ = true;
    warn_once(blocks_.place(line_) + ": found a quote inside field " +
              std::to_string(fields_.size() + 1) +
              ", which does not start with one; this quote and others like it are read as part of "
              "the text");
  }

  /// Excel reads the delimiter from a first line such as `sep=;`.
  bool takes_delimiter() {
    constexpr std::string_view kKey = "sep=";
    const std::string_view line = std::string_view(raw_).substr(0, raw_.find_last_not_of('\r') + 1);
    if (line.size() != kKey.size() + 1 || !line.starts_with(kKey)) return false;
    if (!is_delimiter(line.back())) return false;
    delimiter_ = line.back();
    return true;
  }

  void end_field(std::size_t end) {
    field_.end = end;
    if (fields_.size() == kGreatestColumns) {
      report(too_many_columns_fault());
    } else if (!too_long_) {
      fields_.push_back(field_);
    }
    field_ = {};
    state_ = State::kFieldStart;
  }

  void report(std::string fault) {
    if (!fault_) fault_ = std::move(fault);
  }

  void keep(std::string_view bytes) {
    if (!too_long_ && bytes.size() > max_row_bytes_ - raw_.size()) {
      too_long_ = true;
      raw_ = std::string();
    }
    if (!too_long_) raw_ += bytes;
  }

  bool is_blank() const { return !too_long_ && raw_.find_first_not_of('\r') == std::string::npos; }

  std::string content(const Field& field) const {
    std::string_view bytes = std::string_view(raw_).substr(field.begin, field.end - field.begin);
    const bool is_last = &field == &fields_.back();
    while (is_last && bytes.ends_with('\r')) bytes.remove_suffix(1);
    if (!field.quoted) return std::string(bytes);
    bytes = bytes.substr(1, bytes.size() - 2);
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      text += bytes[i];
      if (bytes[i] == '"') ++i;  // skip the second quote of a pair
    }
    return text;
  }

  BlockReader blocks_;
  std::size_t max_row_bytes_;
  char delimiter_;
  bool keeps_blank_ = false;
  bool is_first_ = true;
  bool has_stray_quote_ = false;  // and has warned about it

  // The record being read.
  std::string raw_;
  std::vector<Field> fields_;
  std::optional<std::string> fault_;
  bool too_long_ = false;
  std::int64_t first_line_ = 1;
  std::int64_t line_ = 1;        // of the byte being scanned
  std::int64_t quote_line_ = 1;  // of the last quote that opened a field
  Field field_;
  State state_ = State::kFieldStart;
  bool record_ended_ = false;
};

}  // namespace

std::unique_ptr<TableRows> open_csv_rows(const std::string& path, std::size_t max_row_bytes,
                                         const CsvDialect& dialect) {
  return std::make_unique<CsvRows>(path, max_row_bytes, dialect);
}

}  // namespace sequent
