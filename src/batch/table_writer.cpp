#include "batch/record_writer.h"

namespace sequent {
namespace {

/// TSV or CSV: the columns of the input, those of the prediction, and `error`.
class TableWriter : public RecordWriter {
 public:
  explicit TableWriter(WriterOptions options) : options_(std::move(options)) {
    if (options_.fields == FieldKind::kText) options_.columns = {"text"};
    if (options_.fields == FieldKind::kObject) options_.columns = {"input"};
  }

  std::string header() const override {
    std::string text;
    TableLine line(text, options_.format);
    for (const std::string& name : options_.columns) line.add(name);
    for (const std::string& name : options_.added) line.add(name);
    return text + "\n";
  }

  void append(std::string& out, const Record& record, const RecordAnswers& answers,
              std::size_t index) const override {
    TableLine line(out, options_.format);
    for (std::size_t i = 0; i < options_.columns.size(); ++i) {
      const bool is_there = !record.fault && i < record.fields.size();
      line.add(is_there ? std::string_view(record.fields[i]) : "");
    }
    if (record.fault) {
      for (std::size_t i = 0; i + 1 < options_.added.size(); ++i) line.add("");
      line.add(record.where + ": " + *record.fault);
    } else {
      answers.append_cells(line, index);
      line.add("");
    }
    out += '\n';
  }

 private:
  WriterOptions options_;
};

}  // namespace

std::unique_ptr<RecordWriter> make_table_writer(const WriterOptions& options) {
  return std::make_unique<TableWriter>(options);
}

}  // namespace sequent
