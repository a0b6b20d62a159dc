#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/nearest.h"
#include "data/line_reader.h"
#include "data/readers.h"
#include "data/row_faults.h"

namespace sequent {
namespace {

using Json = nlohmann::json;

/// A fault of one row, on its way out of the functions that look at it.
struct RowFault {
  std::string message;
};

[[noreturn]] void fail_key(const Json& object, const std::string& key) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  const std::string there = keys.empty() ? "none" : list_names(keys);
  throw RowFault{"no key \"" + key + "\"; keys: " + there + did_you_mean(key, keys)};
}

class JsonlReader : public RecordReader {
 public:
  JsonlReader(const std::string& path, JsonlFormat format, const ReaderOptions& options)
      : format_(std::move(format)), options_(options), lines_(path, options.max_row_bytes) {
    if (lines_.at_end()) throw Error(ErrorKind::kData, lines_.name(), "no rows");
  }

  bool next(Record& record) override {
    clear(record);
    do {
      if (!lines_.next(line_)) return false;
    } while (line_.is_blank());
    record.where = lines_.place(line_.number);
    record.fault = line_fault(line_, options_.max_row_bytes);
    if (!record.fault) {
      try {
        fill(record);
      } catch (const RowFault& fault) {
        record.fault = fault.message;
      }
    }
    if (options_.keep_fields) record.fields.push_back(line_.text);
    return true;
  }

  const std::vector<std::string>& columns() const override { return no_columns_; }

 private:
  Json parse() const {
    std::vector<std::string> keys;
    const auto refuse_twice = [&](int depth, Json::parse_event_t event, Json& value) {
      if (event != Json::parse_event_t::key || depth != 1) return true;
      const auto& key = value.get_ref<const std::string&>();
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
        throw RowFault{"key \"" + key + "\" stands twice; keep one of them"};
      }
      keys.push_back(key);
      return true;
    };
    try {
      return Json::parse(line_.text, refuse_twice);
    } catch (const Json::parse_error& error) {
      throw RowFault{"not JSON from byte " + std::to_string(error.byte) +
                     " on; expected one object per line, such as {\"" + format_.text +
                     "\": \"...\"}"};
    } catch (const Json::exception& error) {
      throw RowFault{std::string("JSON that cannot be read: ") + error.what()};
    }
  }

  void fill(Record& record) const {
    Json object = parse();
    if (!object.is_object()) {
      throw RowFault{std::string("found ") + object.type_name() + "; expected an object"};
    }
    const auto text = object.find(format_.text);
    if (text == object.end()) fail_key(object, format_.text);
    if (!text->is_string()) {
      throw RowFault{"found " + std::string(text->type_name()) + " for \"" + format_.text +
                     "\"; expected a string"};
    }
    record.label = label_of(object);
    record.text = std::move(text->get_ref<std::string&>());
  }

  std::optional<std::string> label_of(const Json& object) const {
    const auto label = object.find(format_.label);
    if (label == object.end()) {
      if (options_.need_label) fail_key(object, format_.label);
      return std::nullopt;
    }
    if (label->is_boolean()) return label->get<bool>() ? "true" : "false";
    if (label->is_number_integer()) return label->dump();
    if (label->is_string() && !label->get_ref<const std::string&>().empty()) {
      return label->get<std::string>();
    }
    if (!options_.need_label && (label->is_null() || label->is_string())) return std::nullopt;
    const std::string found = label->is_string()         ? "an empty string"
                              : label->is_number_float() ? label->dump()
                                                         : label->type_name();
    throw RowFault{"found " + found + " for \"" + format_.label +
                   "\"; expected a string, an integer or a boolean"};
  }

  JsonlFormat format_;
  ReaderOptions options_;
  LineReader lines_;
  LineReader::Line line_;
  std::vector<std::string> no_columns_;
};

}  // namespace

std::unique_ptr<RecordReader> read_jsonl(const std::string& path, const JsonlFormat& format,
                                         const ReaderOptions& options) {
  return std::make_unique<JsonlReader>(path, format, options);
}

}  // namespace sequent
