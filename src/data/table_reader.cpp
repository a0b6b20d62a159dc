#include <utility>

#include "core/nearest.h"
#include "data/feature_encoder.h"
#include "data/readers.h"
#include "data/table_header.h"

namespace sequent {
namespace {

class TableReader : public RecordReader {
 public:
  TableReader(std::unique_ptr<TableRows> rows, const TableColumns& columns,
              const ReaderOptions& options)
      : rows_(std::move(rows)), options_(options) {
    header_ = TableHeader::read(*rows_, columns.header, first_);
    first_is_row_ = !columns.header;
    // In a table of one column, a blank line is a row with an empty text.
    if (header_.columns().size() == 1) {
      if (first_is_row_) blank_rows_ = first_.blank_before;
      rows_->keep_blank_lines();
    }
    for (const Column& column : columns.text) text_.push_back(header_.find_required(column));
    if (columns.weight) weight_ = header_.find_required(*columns.weight);
    if (columns.text_b) second_ = header_.find_required(*columns.text_b);
    for (const FeatureSpec& feature : options.features) {
      features_.push_back(header_.find_required(column_of(feature)));
    }
    if (!columns.label_columns.empty()) {
      if (!options.need_label) return;
      for (const Column& column : columns.label_columns) {
        label_columns_.push_back(header_.find_required(column));
      }
    } else {
      label_ =
          options.need_label ? header_.find_required(columns.label) : header_.find(columns.label);
    }
  }

  bool next(Record& record) override {
    clear(record);
    TableRow row;
    if (blank_given_ < blank_rows_) {
      row.where = rows_->file() + ":" + std::to_string(++blank_given_);
      row.fields.emplace_back();
    } else if (std::exchange(first_is_row_, false)) {
      row = std::move(first_);
    } else if (!rows_->next(row)) {
      return false;
    }
    record.where = std::move(row.where);
    record.fault = std::move(row.fault);
    if (!record.fault) record.fault = header_.width_fault(row.fields.size());
    if (!record.fault) fill(record, row.fields);
    if (options_.keep_fields) record.fields = std::move(row.fields);
    return true;
  }

  const std::vector<std::string>& columns() const override { return header_.columns(); }

 private:
  /// Returns whether a cell of a label's column says that the row has the label, or nullopt if it
  /// says neither.
  static std::optional<bool> has_label(const std::string& cell) {
    const std::string value = lower_ascii(cell);
    if (value == "1" || value == "1.0" || value == "true") return true;
    if (value.empty() || value == "0" || value == "0.0" || value == "false") return false;
    return std::nullopt;
  }

  void fill_labels(Record& record, const std::vector<std::string>& fields) const {
    for (const std::size_t column : label_columns_) {
      const std::optional<bool> has = has_label(fields[column]);
      if (!has) {
        record.fault = "found \"" + fields[column] + "\" in the label column " +
                       header_.describe(column) + "; expected 0 or 1";
        return;
      }
      if (*has) record.labels.push_back(header_.columns()[column]);
    }
  }

  void fill(Record& record, std::vector<std::string>& fields) const {
    fill_labels(record, fields);
    if (label_) {
      const std::string& label = fields[*label_];
      if (!label.empty()) record.label = label;
      if (label.empty() && options_.need_label && !options_.label_lists) {
        record.fault =
            "found an empty label; expected a label in column " + header_.describe(*label_);
      }
    }
    if (weight_) {
      const std::optional<double> weight = weight_of(fields[*weight_]);
      if (weight) record.weight = *weight;
      if (!weight && !record.fault) {
        record.fault = weight_fault("\"" + fields[*weight_] + "\"", header_.describe(*weight_));
      }
    }
    fill_features(record, fields);
    fill_text(record, fields);
    if (!second_) return;
    record.second = fields[*second_];
    if (!record.fault) {
      record.fault = pair_fault(record, "text in column " + header_.describe(text_.front()),
                                "text in column " + header_.describe(*second_));
    }
  }

  void fill_features(Record& record, const std::vector<std::string>& fields) const {
    for (std::size_t i = 0; i < features_.size(); ++i) {
      const std::string& cell = fields[features_[i]];
      record.features.push_back(cell);
      if (record.fault || fits_feature(options_.features[i], cell)) continue;
      record.fault = feature_fault(options_.features[i], cell,
                                   std::string("column ") + header_.describe(features_[i]));
    }
  }

  void fill_text(Record& record, std::vector<std::string>& fields) const {
    if (text_.size() > 1) {
      std::vector<std::string> parts;
      for (const std::size_t column : text_) parts.push_back(fields[column]);
      record.text = join_texts(parts);
    } else if (options_.keep_fields) {
      record.text = fields[text_.front()];
    } else {
      // The text may be long, so it is copied only if the fields are needed as well.
      record.text = std::move(fields[text_.front()]);
    }
  }

  std::unique_ptr<TableRows> rows_;
  ReaderOptions options_;
  TableHeader header_;
  TableRow first_;
  bool first_is_row_ = false;
  std::vector<std::size_t> text_;
  std::vector<std::size_t> features_;
  std::optional<std::size_t> weight_;
  std::optional<std::size_t> second_;
  std::optional<std::size_t> label_;
  std::vector<std::size_t> label_columns_;
  std::int64_t blank_rows_ = 0;  // before the first row of a table without a header
  std::int64_t blank_given_ = 0;
};

}  // namespace

std::unique_ptr<RecordReader> read_table(std::unique_ptr<TableRows> rows,
                                         const TableColumns& columns,
                                         const ReaderOptions& options) {
  return std::make_unique<TableReader>(std::move(rows), columns, options);
}

}  // namespace sequent
