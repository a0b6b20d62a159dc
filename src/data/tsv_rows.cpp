#include <algorithm>

#include "data/line_reader.h"
#include "data/row_faults.h"
#include "data/table_rows.h"

namespace sequent {
namespace {

class TsvRows : public TableRows {
 public:
  TsvRows(const std::string& path, std::size_t max_row_bytes)
      : lines_(path, max_row_bytes), max_row_bytes_(max_row_bytes) {}

  bool next(TableRow& row) override {
    do {
      if (!lines_.next(line_)) return false;
    } while (line_.text.empty() && !line_.too_long);
    row.where = lines_.place(line_.number);
    row.fields.clear();
    row.fault = line_fault(line_, max_row_bytes_);
    if (!row.fault) split(row);
    return true;
  }

  const std::string& file() const override { return lines_.name(); }

 private:
  void split(TableRow& row) const {
    const std::string_view text = line_.text;
    const auto tabs = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\t'));
    if (tabs >= kGreatestColumns) {
      row.fault = too_many_columns_fault();
      return;
    }
    row.fields.reserve(tabs + 1);
    std::size_t begin = 0;
    for (std::size_t i = 0; i < tabs; ++i) {
      const std::size_t tab = text.find('\t', begin);
      row.fields.emplace_back(text.substr(begin, tab - begin));
      begin = tab + 1;
    }
    row.fields.emplace_back(text.substr(begin));
  }

  LineReader lines_;
  LineReader::Line line_;
  std::size_t max_row_bytes_;
};

}  // namespace

std::unique_ptr<TableRows> open_tsv_rows(const std::string& path, std::size_t max_row_bytes) {
  return std::make_unique<TsvRows>(path, max_row_bytes);
}

}  // namespace sequent
