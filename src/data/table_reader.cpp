#include <algorithm>
#include <cstdint>
#include <utility>

#include "core/nearest.h"
#include "data/readers.h"
#include "data/row_faults.h"

namespace sequent {
namespace {

[[noreturn]] void fail(const std::string& file, const std::string& message) {
  throw Error(ErrorKind::kData, file, message);
}

class TableReader : public RecordReader {
 public:
  TableReader(std::unique_ptr<TableRows> rows, const TableColumns& columns,
              const ReaderOptions& options)
      : rows_(std::move(rows)), options_(options), has_header_(columns.header) {
    if (!rows_->next(first_)) fail(rows_->file(), "no rows");
    if (first_.fault) fail(first_.where, *first_.fault);
    width_ = first_.fields.size();
    first_is_row_ = !has_header_;
    if (has_header_) names_ = first_.fields;
    text_ = find_required(columns.text);
    label_ = options.need_label ? find_required(columns.label) : find(columns.label);
  }

  bool next(Record& record) override {
    clear(record);
    TableRow row;
    if (std::exchange(first_is_row_, false)) {
      row = std::move(first_);
    } else if (!rows_->next(row)) {
      return false;
    }
    record.where = std::move(row.where);
    record.fault = std::move(row.fault);
    if (!record.fault) record.fault = width_fault(row.fields.size());
    if (!record.fault) fill(record, row.fields);
    if (options_.keep_fields) record.fields = std::move(row.fields);
    return true;
  }

  const std::vector<std::string>& columns() const override { return names_; }

 private:
  void fill(Record& record, std::vector<std::string>& fields) const {
    if (label_) {
      const std::string& label = fields[*label_];
      if (!label.empty()) record.label = label;
      if (label.empty() && options_.need_label) {
        record.fault = "found an empty label; expected a label in column " + describe(*label_);
      }
    }
    // The text may be long, and is copied only where the columns are wanted as well.
    if (options_.keep_fields) {
      record.text = fields[text_];
    } else {
      record.text = std::move(fields[text_]);
    }
  }

  std::optional<std::string> width_fault(std::size_t found) const {
    if (found == width_) return std::nullopt;
    return "found " + std::to_string(found) + (found == 1 ? " column" : " columns") +
           "; expected " + std::to_string(width_) +
           (has_header_ ? ", as in the header" : ", as in the first row");
  }

  std::string describe(std::size_t column) const {
    return has_header_ ? "\"" + names_[column] + "\"" : std::to_string(column);
  }

  std::size_t find_required(const Column& column) const {
    if (const auto found = find(column)) return *found;
    const std::string& file = rows_->file();
    if (const auto* index = std::get_if<std::int64_t>(&column)) {
      fail(file, "no column " + std::to_string(*index) + "; the first row has " +
                     std::to_string(width_) + ", counted from 0");
    }
    const auto& name = std::get<std::string>(column);
    if (!has_header_) {
      fail(file, "found the column name \"" + name +
                     "\" for a file without header (\"header\": false); expected the column's "
                     "index, counted from 0");
    }
    fail(file,
         "no column \"" + name + "\"; columns: " + list_names(names_) + did_you_mean(name, names_));
  }

  std::optional<std::size_t> find(const Column& column) const {
    if (const auto* index = std::get_if<std::int64_t>(&column)) {
      if (*index < 0 || static_cast<std::size_t>(*index) >= width_) return std::nullopt;
      return static_cast<std::size_t>(*index);
    }
    const auto& name = std::get<std::string>(column);
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    if (std::find(found + 1, names_.end(), name) != names_.end()) {
      fail(first_.where, "found the column \"" + name + "\" twice; expected one");
    }
    return static_cast<std::size_t>(found - names_.begin());
  }

  std::unique_ptr<TableRows> rows_;
  ReaderOptions options_;
  bool has_header_;
  TableRow first_;
  bool first_is_row_ = false;
  std::size_t width_ = 0;
  std::vector<std::string> names_;
  std::size_t text_ = 0;
  std::optional<std::size_t> label_;
};

}  // namespace

std::unique_ptr<RecordReader> read_table(std::unique_ptr<TableRows> rows,
                                         const TableColumns& columns,
                                         const ReaderOptions& options) {
  return std::make_unique<TableReader>(std::move(rows), columns, options);
}

}  // namespace sequent
