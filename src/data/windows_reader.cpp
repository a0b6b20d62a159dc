#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <utility>

#include "data/missing_cells.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "data/table_header.h"
#include "data/time_steps.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "text/ascii.h"

namespace sequent {
namespace {

/// Reads the time steps of a table as overlapping windows. An invalid row becomes a record with
/// that error, and no window spans it.
class WindowsReader : public RecordReader {
 public:
  WindowsReader(std::unique_ptr<TableRows> rows, const WindowsFormat& format,
                const ReaderOptions& options)
      : rows_(std::move(rows)), format_(format), options_(options) {
    header_ = TableHeader::read(*rows_, format.header, first_);
    if (!format.header) ahead_.push_back(std::move(first_));
    for (const Column& column : format.columns) columns_.push_back(header_.find_required(column));
    if (format.time) time_ = header_.find_required(*format.time);
    if (format.group) group_ = header_.find_required(*format.group);
    // Without targets, windows reach to the end of the series, and the future of the last one is
    // unknown.
    horizon_ = options.need_label && !format.label ? format.horizon : 0;
    if (options.need_label && format.label) label_ = header_.find_required(*format.label);
    if (horizon_ > 0) {
      for (const Column& column : format.target_columns()) {
        targets_.push_back(header_.find_required(column));
      }
    }
    if (time_) learn_step();
  }

  bool next(Record& record) override {
    clear(record);
    for (Step step; Series* series = read_step(step, record);) {
      if (record.fault) {
        restart(*series);
        return true;
      }
      if (step.values.empty()) {  // a value at the start of the series is still unknown
        restart(*series);
        ++unknown_count_;
        step = {};
        continue;
      }
      series->steps.push_back(std::move(step));
      step = {};
      forget_passed(*series);
      series->longest = std::max(series->longest, size(*series));
      if (is_whole(*series) && series->begin % format_.stride == 0) {
        if (knows_targets(*series)) return give(*series, record);
        ++without_targets_;
      }
      series->last_is_given = false;
    }
    while (ending_ != series_.end()) {
      Series& series = (ending_++)->second;
      if (is_whole(series) && !series.last_is_given) return give(series, record);
    }
    if (!any_) fail_short();
    if (!std::exchange(has_told_, true)) {
      tell_short();
      tell_unknown();
      tell_without_targets();
      tell_gaps();
    }
    return false;
  }

  const std::vector<std::string>& columns() const override { return header_.columns(); }
  std::optional<double> time_step() const override { return time_step_; }

 private:
  struct Step {
    std::string where;
    std::vector<double> values;   // empty if one is unknown
    std::vector<double> targets;  // NaN if unknown
    std::string label;            // empty if unknown
    std::vector<std::string> fields;
  };

  /// The state of one series.
  struct Series {
    std::string name;
    std::deque<Step> steps;      // the steps of the current window
    std::int64_t begin = 0;      // index of its first step since the last error
    std::int64_t longest = 0;    // maximum number of steps in a window so far
    bool last_is_given = false;  // whether the window that ends with the last step was returned
    std::string time_text;       // time of the last step
    std::optional<double> time;
    std::vector<double> values;  // last known values of the channels; NaN if there are none
  };

  static void restart(Series& series) {
    series.steps.clear();
    series.begin = 0;
  }

  /// Infers the time step from the first rows, which are read again later. Errors: Data if it
  /// differs from that of the format.
  void learn_step() {
    constexpr std::size_t kRows = 1000;
    std::map<std::string, double> before;  // by series
    std::vector<double> differences;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (i == ahead_.size()) {
        TableRow row;
        if (!rows_->next(row)) break;
        ahead_.push_back(std::move(row));
      }
      const TableRow& row = ahead_[i];
      if (row.fault || header_.width_fault(row.fields.size())) continue;
      const std::optional<double> time = parse_time(row.fields[*time_], format_.time_format);
      if (!time) continue;
      are_dates_ = format_.time_format || !parse_double(row.fields[*time_]);
      const std::string& name = group_ ? row.fields[*group_] : "";
      const auto last = before.find(name);
      if (last != before.end() && *time > last->second) differences.push_back(*time - last->second);
      before[name] = *time;
    }
    const std::optional<double> found = common_step(std::move(differences));
    time_step_ = format_.time_step ? format_.time_step : found;
    if (!found || !format_.time_step) return;
    const double ratio = *found / *time_step_;
    constexpr double kSame = 1.5;
    if (ratio <= kSame && ratio >= 1 / kSame) return;
    throw Error(ErrorKind::kData, rows_->file(),
                "found steps of " + step_text(*found, are_dates_) + " in column " +
                    header_.describe(*time_) + "; expected steps of " +
                    step_text(*time_step_, are_dates_) +
                    ", as in the training data: resample the table, or train on such steps");
  }

  void tell_unknown() const {
    if (unknown_count_ == 0) return;
    log_warning(rows_->file() + ": " + std::to_string(unknown_count_) +
                (unknown_count_ == 1 ? " step" : " steps") +
                " before the first value of a column skipped, because there is no previous value "
                "to repeat");
  }

  void tell_without_targets() const {
    if (without_targets_ == 0) return;
    log_warning(rows_->file() + ": " + std::to_string(without_targets_) +
                (without_targets_ == 1 ? " window" : " windows") + " skipped, because " +
                missing_targets());
  }

  /// Why windows have no targets.
  std::string missing_targets() const {
    return label_ ? "their last step has no class in column " + header_.describe(*label_)
                  : std::string("a target is missing");
  }

  void tell_gaps() const {
    if (gap_count_ == 0) return;
    log_warning(rows_->file() + ": " + gaps_text() +
                "; no window spans them (see /data/format/gaps)");
  }

  std::string gaps_text() const {
    return std::to_string(gap_count_) + (gap_count_ == 1 ? " gap" : " gaps") + " in column " +
           header_.describe(*time_) + ", where the step is " + step_text(*time_step_, are_dates_) +
           ": " + std::to_string(missing_count_) +
           (missing_count_ == 1 ? " step is" : " steps are") + " missing, the first after \"" +
           first_gap_ + "\"";
  }

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
    if (without_targets_ > 0) {
      throw Error(ErrorKind::kData, rows_->file(),
                  "none of its " + std::to_string(without_targets_) +
                      " windows can be used, because " + missing_targets());
    }
    const std::string of_series =
        group_ ? " in " + std::to_string(series_.size()) + " series, none of them long enough" : "";
    throw Error(ErrorKind::kData, rows_->file(),
                "found " + std::to_string(count_) + " steps" + of_series + "; a window needs " +
                    std::to_string(format_.length) + " to read" +
                    (horizon_ > 0 ? " and " + std::to_string(horizon_) + " to forecast" : "") +
                    ": is the file complete, or is /data/format/length too large?" +
                    (gap_count_ > 0 ? " It has " + gaps_text() +
                                          ": if such steps are expected to be absent, set "
                                          "/data/format/gaps to \"ignore\""
                                    : ""));
  }

  /// Reads the next data row and returns the series it belongs to, or null at the end. An error in
  /// the row is stored in `record`.
  Series* read_step(Step& step, Record& record) {
    TableRow row;
    if (!ahead_.empty()) {
      row = std::move(ahead_.front());
      ahead_.pop_front();
    } else if (!rows_->next(row)) {
      if (!options_.need_label && !at_end_) ending_ = series_.begin();
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
    if (!record.fault) record.fault = read_targets(row, step);
    any_ = any_ || record.fault;
    has_fault_ = has_fault_ || record.fault;
    step.where = std::move(row.where);
    if (options_.keep_fields) step.fields = std::move(row.fields);
    return &series;
  }

  void forget_all() {
    for (auto& [name, series] : series_) restart(series);
  }

  std::optional<std::string> time_fault(const TableRow& row, Series& series) {
    if (!time_) return std::nullopt;
    const std::string& text = row.fields[*time_];
    const std::string place = " in column " + header_.describe(*time_);
    const std::optional<double> time = parse_time(text, format_.time_format);
    if (!time) {
      return "found " + shown(text) + place + "; expected " +
             (format_.time_format
                  ? "a time in the format \"" + *format_.time_format + "\""
                  : "a number, or a time in ISO 8601 such as 1990-01-09 or "
                    "1990-01-09T15:00:00: set /data/format/time_format for others, such as "
                    "\"%d/%m/%Y\"");
    }
    const std::string before_text = std::exchange(series.time_text, text);
    const std::optional<double> before = std::exchange(series.time, time);
    if (!before) return std::nullopt;
    if (*time <= *before) {
      return "found " + shown(text) + place + " after " + shown(before_text) +
             "; expected increasing times: sort the table by time" +
             (group_ ? "" : ", or set \"group\" if it holds several series");
    }
    return gap_fault(series, *time - *before, before_text);
  }

  /// Handles the steps that are missing between two rows of a series.
  std::optional<std::string> gap_fault(Series& series, double difference,
                                       const std::string& before) {
    if (!time_step_ || format_.gaps == TimeGaps::kIgnore || series.steps.empty()) {
      return std::nullopt;
    }
    const std::int64_t missing = missing_steps(difference, *time_step_);
    if (missing == 0) return std::nullopt;
    if (format_.gaps == TimeGaps::kError) {
      return "found " + shown(series.time_text) + " in column " + header_.describe(*time_) +
             " after " + shown(before) + ": " + std::to_string(missing) +
             (missing == 1 ? " step is" : " steps are") + " missing; expected steps of " +
             step_text(*time_step_, are_dates_) +
             ": insert rows, or set /data/format/gaps to \"split\" or \"ignore\"";
    }
    if (gap_count_++ == 0) first_gap_ = shown_text(before);
    missing_count_ += missing;
    restart(series);
    return std::nullopt;
  }

  /// Reads the values of a step into `numbers`, which stay empty if one is missing and has no
  /// previous value.
  std::optional<std::string> read_values(const TableRow& row, Series& series,
                                         std::vector<double>& numbers) const {
    if (series.values.empty()) series.values.assign(columns_.size(), NAN);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = row.fields[columns_[i]];
      const bool is_missing = is_missing_cell(cell, format_.missing_values);
      const std::optional<double> number = is_missing ? std::nullopt : parse_number(cell);
      if (number) {
        series.values[i] = *number;
      } else if (!is_missing || format_.missing == MissingValue::kError) {
        return cell_fault(cell, columns_[i], is_missing);
      } else if (format_.missing == MissingValue::kZero) {
        series.values[i] = 0;
      }
    }
    const bool is_known = std::none_of(series.values.begin(), series.values.end(),
                                       [](double value) { return std::isnan(value); });
    if (is_known) numbers = series.values;
    return std::nullopt;
  }

  std::optional<std::string> read_targets(const TableRow& row, Step& step) const {
    if (label_ && !is_missing_label(row.fields[*label_])) step.label = row.fields[*label_];
    for (const std::size_t column : targets_) {
      const std::string& cell = row.fields[column];
      const bool is_missing = is_missing_cell(cell, format_.missing_values);
      const std::optional<double> number = is_missing ? std::nullopt : parse_number(cell);
      if (!number && (!is_missing || format_.missing == MissingValue::kError)) {
        return cell_fault(cell, column, is_missing);
      }
      step.targets.push_back(number.value_or(NAN));
    }
    return std::nullopt;
  }

  /// Names that mean a missing number, such as "None", can be classes.
  bool is_missing_label(const std::string& cell) const {
    const std::vector<std::string>& others = format_.missing_values;
    return std::all_of(cell.begin(), cell.end(), is_ascii_space) ||
           std::find(others.begin(), others.end(), cell) != others.end();
  }

  /// The beginning of a cell.
  static std::string shown_text(const std::string& cell) {
    constexpr std::size_t kMost = 60;
    return cell.size() <= kMost ? cell : cell.substr(0, kMost) + "...";
  }
  static std::string shown(const std::string& cell) {
    return cell.empty() ? std::string("an empty cell") : "\"" + shown_text(cell) + "\"";
  }

  std::string cell_fault(const std::string& cell, std::size_t column, bool is_missing) const {
    const std::string place = " in column " + header_.describe(column);
    if (!is_missing) {
      return "found " + shown(cell) + place +
             "; expected a number; if it stands for a missing value, name it in "
             "/data/format/missing_values";
    }
    return "found " + shown(cell) + place +
           ": a missing value; fill it in, remove the row, or set /data/format/missing";
  }

  static std::int64_t size(const Series& series) {
    return static_cast<std::int64_t>(series.steps.size());
  }
  bool is_whole(const Series& series) const { return size(series) == format_.length + horizon_; }
  bool knows_targets(const Series& series) const {
    if (label_) return !series.steps.back().label.empty();
    return std::all_of(series.steps.begin() + format_.length, series.steps.end(),
                       [](const Step& step) {
                         return std::none_of(step.targets.begin(), step.targets.end(),
                                             [](double target) { return std::isnan(target); });
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
      const std::vector<double>& values = series.steps[i].values;
      record.values.insert(record.values.end(), values.begin(), values.end());
    }
    for (std::size_t i = length; i < series.steps.size(); ++i) {
      const std::vector<double>& targets = series.steps[i].targets;
      record.targets.insert(record.targets.end(), targets.begin(), targets.end());
    }
    record.fields = series.steps[length - 1].fields;
    record.series = series.name;
    if (label_) record.label = series.steps.back().label;
    any_ = true;
    series.last_is_given = true;
    return true;
  }

  std::unique_ptr<TableRows> rows_;
  WindowsFormat format_;
  ReaderOptions options_;
  TableHeader header_;
  TableRow first_;
  std::deque<TableRow> ahead_;  // rows that were read to learn the time step
  std::int64_t horizon_ = 0;
  std::vector<std::size_t> columns_;
  std::vector<std::size_t> targets_;
  std::optional<std::size_t> label_;
  std::optional<std::size_t> time_;
  std::optional<std::size_t> group_;
  std::map<std::string, Series> series_;  // by name; a single one without groups
  std::map<std::string, Series>::iterator ending_ = series_.end();  // the next series to flush
  std::optional<double> time_step_;
  bool are_dates_ = false;            // the times are not numbers
  std::int64_t gap_count_ = 0;        // with gaps that split
  std::int64_t missing_count_ = 0;    // steps in them
  std::string first_gap_;             // the time before the first one
  std::int64_t unknown_count_ = 0;    // steps without a previous value
  std::int64_t without_targets_ = 0;  // windows whose targets are unknown
  std::int64_t count_ = 0;            // number of rows read
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
