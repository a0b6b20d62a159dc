#include <utility>

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
    text_ = header_.find_required(columns.text);
    if (columns.text_b) second_ = header_.find_required(*columns.text_b);
    label_ =
        options.need_label ? header_.find_required(columns.label) : header_.find(columns.label);
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
    if (!record.fault) record.fault = header_.width_fault(row.fields.size());
    if (!record.fault) fill(record, row.fields);
    if (options_.keep_fields) record.fields = std::move(row.fields);
    return true;
  }

  const std::vector<std::string>& columns() const override { return header_.columns(); }

 private:
  void fill(Record& record, std::vector<std::string>& fields) const {
    if (label_) {
      const std::string& label = fields[*label_];
      if (!label.empty()) record.label = label;
      if (label.empty() && options_.need_label && !options_.label_lists) {
        record.fault =
            "found an empty label; expected a label in column " + header_.describe(*label_);
      }
    }
    // The text may be long, so it is copied only if the fields are needed as well.
    if (options_.keep_fields) {
      record.text = fields[text_];
    } else {
      record.text = std::move(fields[text_]);
    }
    if (!second_) return;
    record.second = fields[*second_];
    if (!record.fault) {
      record.fault = pair_fault(record, "text in column " + header_.describe(text_),
                                "text in column " + header_.describe(*second_));
    }
  }

  std::unique_ptr<TableRows> rows_;
  ReaderOptions options_;
  TableHeader header_;
  TableRow first_;
  bool first_is_row_ = false;
  std::size_t text_ = 0;
  std::optional<std::size_t> second_;
  std::optional<std::size_t> label_;
};

}  // namespace

std::unique_ptr<RecordReader> read_table(std::unique_ptr<TableRows> rows,
                                         const TableColumns& columns,
                                         const ReaderOptions& options) {
  return std::make_unique<TableReader>(std::move(rows), columns, options);
}

}  // namespace sequent
