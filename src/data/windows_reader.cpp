#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include "data/readers.h"
#include "data/row_faults.h"
#include "data/table_header.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

/// Returns whether time `later` is after `earlier`. They are compared as numbers if both are
/// numbers, otherwise as text.
bool is_after(const std::string& later, const std::string& earlier) {
  const std::optional<double> a = parse_double(later);
  const std::optional<double> b = parse_double(earlier);
  return a && b ? *a > *b : later > earlier;
}

/// Returns whether a cell is empty or holds one of the usual names for a missing number.
bool is_missing(const std::string& cell) {
  static const std::array<std::string_view, 6> kNames{"NaN", "nan", "NA", "N/A", "null", "NULL"};
  return cell.find_first_not_of(" \t") == std::string::npos ||
         std::find(kNames.begin(), kNames.end(), cell) != kNames.end();
}

/// Reads the time steps of a table as overlapping windows. An invalid row becomes a record with
/// that error, and no window spans it.
class WindowsReader : public RecordReader {
 public:
  WindowsReader(std::unique_ptr<TableRows> rows, const WindowsFormat& format,
                const ReaderOptions& options)
      : rows_(std::move(rows)), format_(format), options_(options) {
    header_ = TableHeader::read(*rows_, format.header, first_);
    first_is_row_ = !format.header;
    for (const Column& column : format.columns) columns_.push_back(header_.find_required(column));
    if (format.time) time_ = header_.find_required(*format.time);
    if (format.group) group_ = header_.find_required(*format.group);
    // Without targets, windows reach to the end of the series, and the future of the last one is
    // unknown.
    horizon_ = options.need_label ? format.horizon : 0;
    if (horizon_ == 0) return;
    for (const Column& column : format.target_columns()) {
      targets_.push_back(header_.find_required(column));
    }
  }

  bool next(Record& record) override {
    clear(record);
    for (Step step; Series* series = read_step(step, record);) {
      if (record.fault) {
        series->steps.clear();
        series->begin = 0;
        return true;
      }
      series->steps.push_back(std::move(step));
      step = {};
      forget_passed(*series);
      series->longest = std::max(series->longest, size(*series));
      if (is_whole(*series) && series->begin % format_.stride == 0 && knows_targets(*series)) {
        return give(*series, record);
      }
      series->last_is_given = false;
    }
    while (horizon_ == 0 && ending_ != series_.end()) {
      Series& series = (ending_++)->second;
      if (is_whole(series) && !series.last_is_given) return give(series, record);
    }
    if (!any_) fail_short();
    if (!std::exchange(has_told_, true)) tell_short();
    return false;
  }

  const std::vector<std::string>& columns() const override { return header_.columns(); }

 private:
  struct Step {
    std::string where;
    std::vector<float> values;
    std::vector<float> targets;  // NaN if unknown
    std::vector<std::string> fields;
  };

  /// The state of one series.
  struct Series {
    std::string name;
    std::deque<Step> steps;      // the steps of the current window
    std::int64_t begin = 0;      // index of its first step since the last error
    std::int64_t longest = 0;    // maximum number of steps in a window so far
    bool last_is_given = false;  // whether the window that ends with the last step was returned
    std::string time;            // time of the last step
    std::vector<float> values;   // values of the last step
  };

  /// Warns about series that are too short for a window.
  void tell_short() const {
    constexpr std::size_t kNamed = 10;
    std::vector<std::string> names;
    for (const auto& [name, series] : series_) {
      if (series.longest < format_.length + horizon_) names.push_back(name);
    }
    if (!group_ || has_fault_ || names.empty()) return;  // errors have their own messages
    const std::size_t count = names.size();
    names.resize(std::min(count, kNamed));
    log_warning(rows_->file() + ": " + std::to_string(count) + " of " +
                std::to_string(series_.size()) + " series have fewer than the " +
                std::to_string(format_.length + horizon_) + " steps of a window and are skipped: " +
                list_names(names) + (count > kNamed ? ", ..." : ""));
  }

  [[noreturn]] void fail_short() const {
    const std::string of_series =
        group_ ? " in " + std::to_string(series_.size()) + " series, none of them long enough" : "";
    throw Error(ErrorKind::kData, rows_->file(),
                "found " + std::to_string(count_) + " steps" + of_series + "; a window needs " +
                    std::to_string(format_.length) + " to read" +
                    (horizon_ > 0 ? " and " + std::to_string(horizon_) + " to forecast" : "") +
                    ": is the file complete, or is /data/format/length too large?");
  }

  /// Reads the next data row and returns the series it belongs to, or null at the end. An error in
  /// the row is stored in `record`.
  Series* read_step(Step& step, Record& record) {
    TableRow row;
    if (std::exchange(first_is_row_, false)) {
      row = std::move(first_);
    } else if (!rows_->next(row)) {
      if (horizon_ == 0 && !at_end_) ending_ = series_.begin();
      at_end_ = true;
      return nullptr;
    }
    ++count_;
    record.where = row.where;
    record.fault = std::move(row.fault);
    if (!record.fault) record.fault = header_.width_fault(row.fields.size());
    if (record.fault) forget_all();  // the series of the row is unknown
    const std::string name = !record.fault && group_ ? row.fields[*group_] : "";
    Series& series = series_[name];
    series.name = name;
    if (!record.fault) record.fault = time_fault(row, series);
    if (!record.fault) record.fault = read_values(row, series, step.values);
    if (!record.fault) record.fault = read_targets(row, step.targets);
    any_ = any_ || record.fault;
    has_fault_ = has_fault_ || record.fault;
    if (!record.fault) series.values = step.values;
    step.where = std::move(row.where);
    if (options_.keep_fields) step.fields = std::move(row.fields);
    return &series;
  }

  void forget_all() {
    for (auto& [name, series] : series_) {
      series.steps.clear();
      series.begin = 0;
    }
  }

  std::optional<std::string> time_fault(const TableRow& row, Series& series) const {
    if (!time_) return std::nullopt;
    const std::string& time = row.fields[*time_];
    const std::string before = std::exchange(series.time, time);
    if (time.empty())
      return "found an empty cell in column " + header_.describe(*time_) + "; expected a time";
    if (before.empty() || is_after(time, before)) return std::nullopt;
    return "found \"" + time + "\" in column " + header_.describe(*time_) + " after \"" + before +
           "\"; expected increasing times: numbers, or dates that sort as text, such as "
           "1990-01-09" +
           (group_ ? "" : ": sort the table, or set \"group\" if it holds several series");
  }

  std::optional<std::string> read_values(const TableRow& row, const Series& series,
                                         std::vector<float>& numbers) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = row.fields[columns_[i]];
      if (const std::optional<float> number = parse_number(cell)) {
        numbers.push_back(*number);
      } else if (!is_missing(cell) || format_.missing == MissingValue::kError) {
        return cell_fault(cell, columns_[i]);
      } else if (format_.missing == MissingValue::kZero) {
        numbers.push_back(0);
      } else if (series.values.empty()) {
        return "found a missing value in column " + header_.describe(columns_[i]) +
               "; there is no previous value to repeat";
      } else {
        numbers.push_back(series.values[i]);
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> read_targets(const TableRow& row, std::vector<float>& numbers) const {
    for (const std::size_t column : targets_) {
      const std::string& cell = row.fields[column];
      const std::optional<float> number = parse_number(cell);
      if (!number && (!is_missing(cell) || format_.missing == MissingValue::kError)) {
        return cell_fault(cell, column);
      }
      numbers.push_back(number.value_or(NAN));
    }
    return std::nullopt;
  }

  std::string cell_fault(const std::string& cell, std::size_t column) const {
    const std::string place = " in column " + header_.describe(column);
    if (!is_missing(cell)) return "found \"" + cell + "\"" + place + "; expected a number";
    return "found " + (cell.empty() ? std::string("an empty cell") : "\"" + cell + "\"") + place +
           ": a missing value; fill it in, remove the row, or set /data/format/missing";
  }

  static std::int64_t size(const Series& series) {
    return static_cast<std::int64_t>(series.steps.size());
  }
  bool is_whole(const Series& series) const { return size(series) == format_.length + horizon_; }
  bool knows_targets(const Series& series) const {
    return std::all_of(series.steps.begin() + format_.length, series.steps.end(),
                       [](const Step& step) {
                         return std::none_of(step.targets.begin(), step.targets.end(),
                                             [](float target) { return std::isnan(target); });
                       });
  }

  void forget_passed(Series& series) const {
    if (size(series) <= format_.length + horizon_) return;
    series.steps.pop_front();
    ++series.begin;
  }

  bool give(Series& series, Record& record) {
    const auto length = static_cast<std::size_t>(format_.length);
    record.where = series.steps.front().where;
    record.channels = static_cast<std::int64_t>(columns_.size());
    for (std::size_t i = 0; i < length; ++i) {
      const std::vector<float>& values = series.steps[i].values;
      record.values.insert(record.values.end(), values.begin(), values.end());
    }
    for (std::size_t i = length; i < series.steps.size(); ++i) {
      const std::vector<float>& targets = series.steps[i].targets;
      record.targets.insert(record.targets.end(), targets.begin(), targets.end());
    }
    record.fields = series.steps[length - 1].fields;
    if (group_) record.label = series.name;
    any_ = true;
    series.last_is_given = true;
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
  std::optional<std::size_t> time_;
  std::optional<std::size_t> group_;
  std::map<std::string, Series> series_;  // by name; a single one without groups
  std::map<std::string, Series>::iterator ending_ = series_.end();  // the next series to flush
  std::int64_t count_ = 0;                                          // number of rows read
  bool at_end_ = false;
  bool any_ = false;        // a window or an error was returned
  bool has_fault_ = false;  // an error was returned
  bool has_told_ = false;   // the warning about short series was logged
};

}  // namespace

std::unique_ptr<RecordReader> read_windows(std::unique_ptr<TableRows> rows,
                                           const WindowsFormat& format,
                                           const ReaderOptions& options) {
  return std::make_unique<WindowsReader>(std::move(rows), format, options);
}

}  // namespace sequent
