#include "data/line_reader.h"
#include "data/row_faults.h"
#include "data/table_rows.h"
#include "sequent/error.h"

namespace sequent {
namespace {

class CsvRows : public TableRows {
 public:
  CsvRows(const std::string& path, std::size_t max_row_bytes)
      : blocks_(path), max_row_bytes_(max_row_bytes) {}

  bool next(TableRow& row) override {
    do {
      if (!read_record()) return false;
    } while (is_blank());
    row.where = blocks_.place(first_line_);
    row.fields.clear();
    row.fault = fault_;
    if (too_long_) row.fault = too_long_fault(max_row_bytes_);
    // Quotes and commas are ASCII, so the record is valid UTF-8 exactly if its fields are.
    if (!row.fault) row.fault = utf8_fault(raw_);
    if (row.fault) return true;
    for (const Field& field : fields_) row.fields.push_back(content(field));
    return true;
  }

  const std::string& file() const override { return blocks_.name(); }

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
        if (byte == '"') report_stray_quote();
        break;
    }
    if (byte == ',') {
      end_field(position);
      field_.begin = position + 1;
      return;
    }
    if (state_ == State::kQuoteInQuoted) report_text_after_quote();
    state_ = State::kUnquoted;
  }

  void report_text_after_quote() {
    report(
        "found text after a closing quote; expected a comma or the end of the line: double the "
        "quotes inside a field");
  }

  void report_stray_quote() {
    report("found a quote inside field " + std::to_string(fields_.size() + 1) +
           ", which does not start with one; expected quotes around the whole field: double the "
           "quotes inside a field");
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

  bool is_blank() const { return !too_long_ && (raw_.empty() || raw_ == "\r"); }

  std::string content(const Field& field) const {
    std::string_view bytes = std::string_view(raw_).substr(field.begin, field.end - field.begin);
    const bool is_last = &field == &fields_.back();
    if (is_last && bytes.ends_with('\r')) bytes.remove_suffix(1);
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

std::unique_ptr<TableRows> open_csv_rows(const std::string& path, std::size_t max_row_bytes) {
  return std::make_unique<CsvRows>(path, max_row_bytes);
}

}  // namespace sequent
