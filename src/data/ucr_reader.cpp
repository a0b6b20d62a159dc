#include <optional>
#include <utility>

#include "data/line_reader.h"
#include "data/missing_cells.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Reads one series per line: its label and its values, between delimiters. Record.fields holds
/// the line.
class UcrReader : public RecordReader {
 public:
  UcrReader(const std::string& path, const UcrFormat& format, const ReaderOptions& options)
      : format_(format), options_(options), lines_(path, options.max_row_bytes, format.encoding) {
    if (lines_.at_end()) throw Error(ErrorKind::kData, lines_.name(), "no rows");
  }

  bool next(Record& record) override {
    clear(record);
    do {
      if (!lines_.next(line_)) return false;
    } while (line_.is_blank());
    record.where = lines_.place(line_.number);
    record.fault = line_fault(line_, options_.max_row_bytes);
    if (!record.fault) record.fault = read(record);
    if (options_.keep_fields) {
      record.fields.push_back(line_.text);
      record.text = line_.text;  // what answers repeat
    }
    return true;
  }

  const std::vector<std::string>& columns() const override { return no_columns_; }

 private:
  std::vector<std::string_view> cells() const {
    std::vector<std::string_view> cells;
    std::string_view rest = line_.text;
    while (true) {
      const std::size_t end = rest.find(format_.delimiter);
      cells.push_back(rest.substr(0, end));
      if (end == std::string_view::npos) return cells;
      rest.remove_prefix(end + format_.delimiter.size());
    }
  }

  static std::string shown(std::string_view cell, std::size_t index) {
    constexpr std::size_t kMost = 60;
    const std::string text =
        cell.size() > kMost ? std::string(cell.substr(0, kMost)) + "..." : std::string(cell);
    return (cell.empty() ? "an empty cell" : "\"" + text + "\"") + std::string(" in column ") +
           std::to_string(index);
  }

  std::optional<std::string> read(Record& record) const {
    std::vector<std::string_view> all = cells();
    const auto label = static_cast<std::size_t>(format_.label);
    if (all.size() <= label || all.size() < 2) {
      return "found " + std::to_string(all.size()) + (all.size() == 1 ? " column" : " columns") +
             "; expected a label in column " + std::to_string(format_.label) +
             " and at least one value; check /data/format/delimiter";
    }
    const std::string_view name = all[label];
    if (!name.empty()) record.label = std::string(name);
    if (name.empty() && options_.need_label) {
      return "found an empty label in column " + std::to_string(format_.label);
    }
    record.channels = 1;
    std::size_t end = all.size();
    while (end > 0 && (end - 1 == label || is_missing_cell(all[end - 1], format_.missing_values))) {
      --end;
    }
    for (std::size_t i = 0; i < end; ++i) {
      if (i == label) continue;
      if (auto fault = add_value(all[i], i, record)) return fault;
    }
    if (record.values.empty()) return "found no value; expected at least one";
    return std::nullopt;
  }

  std::optional<std::string> add_value(std::string_view cell, std::size_t index,
                                       Record& record) const {
    if (is_missing_cell(cell, format_.missing_values)) {
      if (format_.missing == MissingValue::kZero) {
        record.values.push_back(0);
      } else if (format_.missing == MissingValue::kPrevious && !record.values.empty()) {
        record.values.push_back(record.values.back());
      } else {
        return "found " + shown(cell, index) + ": a missing value" +
               (format_.missing == MissingValue::kError
                    ? "; fill it in, remove the row, or set /data/format/missing"
                    : " at the first step; there is no previous value to repeat");
      }
      return std::nullopt;
    }
    const std::optional<double> number = parse_number(cell);
    if (!number) return "found " + shown(cell, index) + "; expected a number";
    record.values.push_back(*number);
    return std::nullopt;
  }

  UcrFormat format_;
  ReaderOptions options_;
  LineReader lines_;
  LineReader::Line line_;
  std::vector<std::string> no_columns_;
};

}  // namespace

std::unique_ptr<RecordReader> read_ucr(const std::string& path, const UcrFormat& format,
                                       const ReaderOptions& options) {
  return std::make_unique<UcrReader>(path, format, options);
}

}  // namespace sequent
