#include <algorithm>
#include <deque>
#include <utility>

#include "data/readers.h"
#include "data/table_header.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// The rows of a table in the order of time, read as windows that overlap. A row with a fault is a
/// record with that fault, and no window reaches over it.
class WindowsReader : public RecordReader {
 public:
  WindowsReader(std::unique_ptr<TableRows> rows, const WindowsFormat& format,
                const ReaderOptions& options)
      : rows_(std::move(rows)), format_(format), options_(options) {
    header_ = TableHeader::read(*rows_, format.header, first_);
    first_is_row_ = !format.header;
    for (const Column& column : format.columns) columns_.push_back(header_.find_required(column));
    // Without targets the last window of a file is the one whose future is not known.
    horizon_ = options.need_label ? format.horizon : 0;
    if (horizon_ == 0) return;
    for (const Column& column : format.target_columns()) {
      targets_.push_back(header_.find_required(column));
    }
  }

  bool next(Record& record) override {
    clear(record);
    for (Step step; read_step(step, record);) {
      if (record.fault) {
        steps_.clear();
        begin_ = 0;
        return true;
      }
      steps_.push_back(std::move(step));
      forget_passed();
      if (is_whole() && begin_ % format_.stride == 0) return give(record);
      last_is_given_ = false;
    }
    if (horizon_ == 0 && is_whole() && !std::exchange(last_is_given_, true)) return give(record);
    if (!any_) {
      throw Error(ErrorKind::kData, rows_->file(),
                  "found " + std::to_string(count_) + " steps; a window needs " +
                      std::to_string(format_.length) + " to read" +
                      (horizon_ > 0 ? " and " + std::to_string(horizon_) + " to forecast" : "") +
                      ": is the file whole, or /data/format/length too great?");
    }
    return false;
  }

  const std::vector<std::string>& columns() const override { return header_.columns(); }

 private:
  struct Step {
    std::string where;
    std::vector<float> values;
    std::vector<float> targets;
    std::vector<std::string> fields;
  };

  /// The next row that is not the header; its fault goes to the record.
  bool read_step(Step& step, Record& record) {
    TableRow row;
    if (std::exchange(first_is_row_, false)) {
      row = std::move(first_);
    } else if (!rows_->next(row)) {
      return false;
    }
    ++count_;
    record.where = row.where;
    record.fault = std::move(row.fault);
    if (!record.fault) record.fault = header_.width_fault(row.fields.size());
    if (!record.fault) record.fault = read_numbers(row, columns_, step.values);
    if (!record.fault) record.fault = read_numbers(row, targets_, step.targets);
    any_ = any_ || record.fault;
    step.where = std::move(row.where);
    if (options_.keep_fields) step.fields = std::move(row.fields);
    return true;
  }

  std::optional<std::string> read_numbers(const TableRow& row,
                                          const std::vector<std::size_t>& columns,
                                          std::vector<float>& numbers) const {
    for (const std::size_t column : columns) {
      const std::string& text = row.fields[column];
      const std::optional<float> number = parse_number(text);
      if (!number && text.empty()) {
        return "found nothing in column " + header_.describe(column) +
               ": a missing value; fill it in, or leave the row out";
      }
      if (!number) {
        return "found \"" + text + "\" in column " + header_.describe(column) +
               "; expected a number";
      }
      numbers.push_back(*number);
    }
    return std::nullopt;
  }

  std::int64_t size() const { return static_cast<std::int64_t>(steps_.size()); }
  bool is_whole() const { return size() == format_.length + horizon_; }

  void forget_passed() {
    if (size() <= format_.length + horizon_) return;
    steps_.pop_front();
    ++begin_;
  }

  bool give(Record& record) {
    const auto length = static_cast<std::size_t>(format_.length);
    record.where = steps_.front().where;
    record.channels = static_cast<std::int64_t>(columns_.size());
    for (std::size_t i = 0; i < length; ++i) {
      const std::vector<float>& values = steps_[i].values;
      record.values.insert(record.values.end(), values.begin(), values.end());
    }
    for (std::size_t i = length; i < steps_.size(); ++i) {
      const std::vector<float>& targets = steps_[i].targets;
      record.targets.insert(record.targets.end(), targets.begin(), targets.end());
    }
    record.fields = steps_[length - 1].fields;
    any_ = true;
    last_is_given_ = true;
    return true;
  }

  std::unique_ptr<TableRows> rows_;
  WindowsFormat format_;
  ReaderOptions options_;
  TableHeader header_;
  TableRow first_;
  bool first_is_row_ = false;
  std::int64_t horizon_ = 0;
  std::vector<std::size_t> columns_;
  std::vector<std::size_t> targets_;
  std::deque<Step> steps_;      // of the window that is being filled
  std::int64_t begin_ = 0;      // its first row, counted from the last fault
  std::int64_t count_ = 0;      // rows read
  bool any_ = false;            // a window or a fault was given
  bool last_is_given_ = false;  // the window that ends with the last row read
};

}  // namespace

std::unique_ptr<RecordReader> read_windows(std::unique_ptr<TableRows> rows,
                                           const WindowsFormat& format,
                                           const ReaderOptions& options) {
  return std::make_unique<WindowsReader>(std::move(rows), format, options);
}

}  // namespace sequent
