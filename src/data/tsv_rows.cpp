#include <algorithm>

#include "data/line_reader.h"
#include "data/row_faults.h"
#include "data/table_rows.h"
#include "data/warn_once.h"

namespace sequent {
namespace {

class TsvRows : public TableRows {
 public:
  TsvRows(const std::string& path, std::size_t max_row_bytes, const std::string& encoding)
      : lines_(path, max_row_bytes, encoding), max_row_bytes_(max_row_bytes) {}

  bool next(TableRow& row) override {
    row.blank_before = 0;
    while (true) {
      if (!lines_.next(line_)) return false;
      if (keeps_blank_ || !line_.text.empty() || line_.too_long) break;
      ++row.blank_before;
    }
    row.where = lines_.place(line_.number);
    row.fields.clear();
    row.fault = line_fault(line_, max_row_bytes_);
    if (!row.fault) split(row);
    if (!has_warned_) look_for_quotes(row);
    return true;
  }

  const std::string& file() const override { return lines_.name(); }
  TableSyntax syntax() const override { return {}; }
  void keep_blank_lines() override { keeps_blank_ = true; }

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

  /// A text may be a quotation, so one quoted field is not enough: either all fields of a row are
  /// quoted, or the quotes inside a quoted field are doubled, or a quoted field goes on in the next
  /// line.
  void look_for_quotes(const TableRow& row) {
    const auto is_quoted = [](const std::string& field) {
      return field.size() > 1 && field.starts_with('"') && field.ends_with('"');
    };
    const auto is_escaped = [&](const std::string& field) {
      return is_quoted(field) && field.find("\"\"", 1) < field.size() - 2;
    };
    const auto begins_quoted = [](const std::string& field) {
      return field.starts_with('"') && field.find('"', 1) == std::string::npos;
    };
    const auto& fields = row.fields;
    if (columns_ == 0) columns_ = fields.size();
    const bool is_broken = fields.size() < columns_ && std::ranges::any_of(fields, begins_quoted);
    const bool found = (fields.size() > 1 && std::ranges::all_of(fields, is_quoted)) ||
                       std::ranges::any_of(fields, is_escaped) || is_broken;
    if (!found) return;
    has_warned_ = true;
    warn_once(row.where +
              ": found quotes around fields; TSV has no quotes, so they are part of the text: if "
              "they are not, set \"type\": \"csv\" and \"delimiter\": \"\\t\" (sequent-infer: "
              "--input-format csv --delimiter '\\t')");
  }

  LineReader lines_;
  LineReader::Line line_;
  std::size_t max_row_bytes_;
  std::size_t columns_ = 0;  // of the first row
  bool keeps_blank_ = false;
  bool has_warned_ = false;
};

}  // namespace

std::unique_ptr<TableRows> open_tsv_rows(const std::string& path, std::size_t max_row_bytes,
                                         const std::string& encoding) {
  return std::make_unique<TsvRows>(path, max_row_bytes, encoding);
}

}  // namespace sequent
