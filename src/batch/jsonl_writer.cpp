#include <nlohmann/json.hpp>

#include "batch/record_writer.h"

namespace sequent {
namespace {

/// Writes one object per line.
class JsonlWriter : public RecordWriter {
 public:
  explicit JsonlWriter(WriterOptions options) : options_(std::move(options)) {
    for (const std::string& name : options_.added) quoted_.push_back('"' + name + '"');
  }

  void append(std::string& out, const Record& record, const RecordAnswers& answers,
              std::size_t index) const override {
    out += '{';
    if (record.fault) {
      append_json_string(out, options_.added.back());
      out += ':';
      append_json_string(out, record.where + ": " + *record.fault);
    } else {
      append_input(out, record);
      answers.append_json(out, index, record);
    }
    out += "}\n";
  }

 private:
  void append_input(std::string& out, const Record& record) const {
    switch (options_.fields) {
      case FieldKind::kText:
        out += "\"text\":";
        append_json_string(out, record.text);
        return;
      case FieldKind::kTable:
        for (std::size_t i = 0; i < options_.columns.size() && i < record.fields.size(); ++i) {
          if (i > 0) out += ',';
          append_json_string(out, options_.columns[i]);
          out += ':';
          append_json_string(out, record.fields[i]);
        }
        return;
      case FieldKind::kObject:
        append_members(out, record);
        return;
    }
  }

  /// Returns the members of the record's object unchanged.
  void append_members(std::string& out, const Record& record) const {
    const std::string& object = record.fields.at(0);
    for (std::size_t i = 0; i < quoted_.size(); ++i) {
      if (object.find(quoted_[i]) == std::string::npos) continue;
      const std::string& name = options_.added[i];
      if (nlohmann::json::parse(object).contains(name)) fail_name_taken(record.where, name);
    }
    const std::size_t open = object.find('{') + 1;
    out.append(object, open, object.rfind('}') - open);
  }

  WriterOptions options_;
  std::vector<std::string> quoted_;  // the added names, quoted as in an object
};

}  // namespace

std::unique_ptr<RecordWriter> make_jsonl_writer(const WriterOptions& options) {
  return std::make_unique<JsonlWriter>(options);
}

}  // namespace sequent
