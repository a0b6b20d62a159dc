#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/nearest.h"
#include "data/feature_encoder.h"
#include "data/json_rows.h"
#include "data/readers.h"
#include "data/row_faults.h"
#include "data/tag_checker.h"
#include "sequent/tags.h"

namespace sequent {
namespace {

using Json = nlohmann::json;

/// An error in one row, thrown by the functions that parse it.
struct RowFault {
  std::string message;
};

[[noreturn]] void fail_key(const Json& object, const std::string& key) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  const std::string there = keys.empty() ? "none" : list_names(keys);
  throw RowFault{"no key \"" + key + "\"; keys: " + there + did_you_mean(key, keys)};
}

[[noreturn]] void fail_type(const Json& value, const std::string& key, const char* expected) {
  throw RowFault{"found " + std::string(value.type_name()) + " for \"" + key + "\"; expected " +
                 expected};
}

/// Returns the value of a key, or of a JSON pointer if it begins with a slash; nullptr if there is
/// none.
template <class Object>
Object* find_value(Object& object, const std::string& key) {
  if (!key.starts_with('/')) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
  }
  try {
    return &object.at(Json::json_pointer(key));
  } catch (const Json::exception&) {
    return nullptr;
  }
}

/// Moves the value of the content's key into the record. Errors: RowFault.
using ContentReader = std::function<void(Json& value, const std::string& key, Record& record)>;

/// Replaces the words that JSON does not have but Python's json.dumps writes for numbers: NaN by
/// null, a missing value, and Infinity by a string, which is no number. Strings are kept.
std::string without_python_numbers(const std::string& line) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kWords{
      {{"NaN", "null"}, {"Infinity", "\"Infinity\""}, {"-Infinity", "\"-Infinity\""}}};
  std::string result;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size();) {
    const std::string_view rest = std::string_view(line).substr(i);
    const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const auto& pair) {
      return !in_string && rest.starts_with(pair.first);
    });
    if (word != kWords.end()) {
      result += word->second;
      i += word->first.size();
      continue;
    }
    const std::size_t count = in_string && rest.front() == '\\' ? 2 : 1;  // an escape
    if (rest.front() == '"') in_string = !in_string;
    result += rest.substr(0, count);
    i += count;
  }
  return result;
}

/// The keys of a line's object, and a function that reads the content.
struct ObjectLayout {
  std::string content;
  std::string label;
  ContentReader read_content;
  const char* example;                               // an example of the content, for messages
  bool is_tagged = false;                            // the label is a list with one tag per token
  std::optional<std::string> second = std::nullopt;  // the key of a pair's second text
  std::optional<std::string> sequence_label =
      std::nullopt;                                // the key of a tagged example's own label
  std::optional<TagScheme> scheme = std::nullopt;  // the scheme to which tags are converted
  std::string encoding = std::string(kUtf8);
  std::optional<std::string> weight = std::nullopt;  // the key of a row's weight
};

bool fits_float(const Json& value) {
  return value.is_number() && std::isfinite(static_cast<float>(value.get<double>()));
}

/// Returns the number at `place`. `cure` is the advice for a missing value. Errors: RowFault.
double read_number(const Json& value, const std::string& place,
                   std::string_view cure = "fill it in or remove the row") {
  if (fits_float(value)) return value.get<double>();
  const std::string at = " at " + place;
  if (value.is_null()) {
    throw RowFault{"found null" + at + ": a missing value; " + std::string(cure)};
  }
  if (value == "Infinity" || value == "-Infinity") {
    throw RowFault{"found " + value.get<std::string>() + at + "; expected a finite number"};
  }
  if (!value.is_number()) {
    throw RowFault{std::string("found ") + value.type_name() + at + "; expected a number"};
  }
  throw RowFault{"found " + value.dump() + at +
                 ", which is out of range for a 32-bit float; scale the data"};
}

/// Reads a list of non-empty strings. Errors: RowFault.
std::vector<std::string> read_names(const Json& value, const std::string& key) {
  if (!value.is_array()) fail_type(value, key, "a list of strings");
  std::vector<std::string> names;
  for (const Json& name : value) {
    if (!name.is_string() || name.get_ref<const std::string&>().empty()) {
      throw RowFault{"found " + name.dump() + " at \"" + key + "\"[" +
                     std::to_string(names.size()) + "]; expected a non-empty string"};
    }
    names.push_back(name.get<std::string>());
  }
  return names;
}

class JsonlReader : public RecordReader {
 public:
  JsonlReader(const std::string& path, ObjectLayout layout, const ReaderOptions& options)
      : layout_(std::move(layout)),
        options_(options),
        lines_(path, options.max_row_bytes, layout_.encoding) {
    if (lines_.at_end()) throw Error(ErrorKind::kData, lines_.name(), "no rows");
  }

  bool next(Record& record) override {
    clear(record);
    if (!lines_.next(line_)) return false;
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
  static constexpr int kDeepest = 64;

  /// Parses the line. If it has Python's NaN or Infinity, the line is changed to JSON.
  Json parse() {
    try {
      return parse_line();
    } catch (const RowFault&) {
      std::string changed = without_python_numbers(line_.text);
      if (changed == line_.text) throw;
      std::swap(line_.text, changed);
      try {
        return parse_line();
      } catch (const RowFault&) {
        std::swap(line_.text, changed);
        throw;
      }
    }
  }

  Json parse_line() const {
    std::vector<std::string> keys;
    const auto refuse = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth > kDeepest) {
        throw RowFault{"found JSON nested deeper than " + std::to_string(kDeepest) + " levels"};
      }
      if (event != Json::parse_event_t::key || depth != 1) return true;
      const auto& key = value.get_ref<const std::string&>();
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
        throw RowFault{"duplicate key \"" + key + "\"; keep only one of them"};
      }
      keys.push_back(key);
      return true;
    };
    try {
      return Json::parse(line_.text, refuse);
    } catch (const Json::parse_error& error) {
      throw RowFault{"invalid JSON at byte " + std::to_string(error.byte) +
                     "; expected one object per line, such as " + example() +
                     ", or one array of objects"};
    } catch (const Json::exception& error) {
      throw RowFault{std::string("invalid JSON: ") + error.what()};
    }
  }

  std::string example() const {
    const bool is_nested = layout_.content.starts_with('/');
    return is_nested ? "{...}" : "{\"" + layout_.content + "\": " + layout_.example + "}";
  }

  void fill(Record& record) {
    Json object = parse();
    if (!object.is_object()) {
      throw RowFault{std::string("found ") + object.type_name() + "; expected an object"};
    }
    Json* content = find_value(object, layout_.content);
    if (content == nullptr) fail_key(object, layout_.content);
    layout_.read_content(*content, layout_.content, record);
    if (layout_.second) read_second(object, record);
    if (layout_.weight && options_.read_weights) read_weight(object, record);
    for (const FeatureSpec& feature : options_.features) read_feature(object, feature, record);
    if (layout_.is_tagged) {
      read_tags(object, record);
    } else if (!options_.need_label) {
      record.label = readable_label(object, layout_.label);
    } else if (options_.numeric_labels) {
      read_targets(object, record);
    } else if (options_.label_lists) {
      read_labels(object, record);
    } else {
      record.label = label_of(object, layout_.label);
    }
  }

  void read_weight(const Json& object, Record& record) const {
    const Json* weight = find_value(object, *layout_.weight);
    if (weight == nullptr) fail_key(object, *layout_.weight);
    const std::optional<double> number = weight_of(weight->dump());
    if (!number) throw RowFault{weight_fault(weight->dump(), "\"" + *layout_.weight + "\"")};
    record.weight = *number;
  }

  /// Appends the value of a feature as the cell of a table would hold it. Errors: RowFault.
  static void read_feature(const Json& object, const FeatureSpec& feature, Record& record) {
    const auto* key = std::get_if<std::string>(&column_of(feature));
    if (key == nullptr) throw RowFault{"a feature names a column by index; JSON has keys"};
    const Json* value = find_value(object, *key);
    if (value == nullptr) fail_key(object, *key);
    std::string& cell = record.features.emplace_back();
    if (value->is_null()) return;
    if (value->is_structured()) fail_type(*value, *key, "a string, a number, a boolean or null");
    cell = value->is_string() ? value->get<std::string>() : value->dump();
    if (fits_feature(feature, cell)) return;
    throw RowFault{feature_fault(feature, cell, std::string("\"") + *key + "\"")};
  }

  /// Reads a list of labels, or a single label.
  void read_labels(const Json& object, Record& record) const {
    const Json* labels = find_value(object, layout_.label);
    if (labels == nullptr) fail_key(object, layout_.label);
    if (!labels->is_array()) {
      record.labels = {label_of(object, layout_.label)};
    } else if (!labels->empty()) {
      record.labels = read_names(*labels, layout_.label);
    }
  }

  void read_tags(const Json& object, Record& record) {
    if (!options_.need_label) return;
    const Json* tags = find_value(object, layout_.label);
    if (tags == nullptr) fail_key(object, layout_.label);
    record.tags = read_names(*tags, layout_.label);
    if (layout_.sequence_label) record.label = label_of(object, *layout_.sequence_label);
    if (record.tags.size() == record.tokens.size()) {
      check_tags(record);
      if (layout_.scheme) record.tags = convert_tags(record.tags, *layout_.scheme);
      return;
    }
    throw RowFault{"found " + std::to_string(record.tags.size()) + " tags for " +
                   std::to_string(record.tokens.size()) + " tokens; expected one tag per token"};
  }

  void check_tags(Record& record) {
    for (const std::string& tag : record.tags) {
      if (const auto odd = tags_.check(tag, [&] { return record.where; })) {
        record.where = odd->where;
        throw RowFault{odd->message};
      }
    }
  }

  void read_second(const Json& object, Record& record) const {
    const Json* second = find_value(object, *layout_.second);
    if (second == nullptr) fail_key(object, *layout_.second);
    if (!second->is_string()) fail_type(*second, *layout_.second, "a string");
    record.second = second->get<std::string>();
    const auto fault =
        pair_fault(record, "\"" + layout_.content + "\"", "\"" + *layout_.second + "\"");
    if (fault) throw RowFault{*fault};
  }

  void read_targets(const Json& object, Record& record) const {
    const Json* label = find_value(object, layout_.label);
    if (label == nullptr || label->is_null()) fail_key(object, layout_.label);
    if (!label->is_array()) {
      record.targets.push_back(read_number(*label, "\"" + layout_.label + "\""));
      return;
    }
    if (label->empty()) throw RowFault{"\"" + layout_.label + "\" is empty; expected numbers"};
    for (std::size_t i = 0; i < label->size(); ++i) {
      record.targets.push_back(
          read_number((*label)[i], "\"" + layout_.label + "\"[" + std::to_string(i) + "]"));
    }
  }

  /// Returns nullopt if the label is missing or invalid: inference does not need one.
  static std::optional<std::string> readable_label(const Json& object, const std::string& key) {
    const Json* label = find_value(object, key);
    if (label == nullptr) return std::nullopt;
    if (label->is_boolean()) return label->get<bool>() ? "true" : "false";
    if (label->is_number_integer()) return label->dump();
    if (!label->is_string() || label->get_ref<const std::string&>().empty()) return std::nullopt;
    return label->get<std::string>();
  }

  static std::string label_of(const Json& object, const std::string& key) {
    if (std::optional<std::string> name = readable_label(object, key)) return *name;
    const Json* label = find_value(object, key);
    if (label == nullptr) fail_key(object, key);
    const std::string found = label->is_string()         ? "an empty string"
                              : label->is_number_float() ? label->dump()
                                                         : label->type_name();
    throw RowFault{"found " + found + " for \"" + key +
                   "\"; expected a string, an integer or a boolean"};
  }

  ObjectLayout layout_;
  ReaderOptions options_;
  JsonRows lines_;
  LineReader::Line line_;
  TagChecker tags_;
  std::vector<std::string> no_columns_;
};

void read_text(Json& value, const std::string& key, NullText null_text, Record& record) {
  if (value.is_null()) {
    if (null_text == NullText::kEmpty) return;
    throw RowFault{"found null for \"" + key +
                   "\"; expected a string, or \"null_text\": \"empty\" in the config's format"};
  }
  if (!value.is_string()) fail_type(value, key, "a string");
  record.text = std::move(value.get_ref<std::string&>());
}

void read_token_list(Json& value, const std::string& key, Record& record) {
  record.tokens = read_names(value, key);
  if (record.tokens.empty())
    throw RowFault{"\"" + key + "\" is empty; expected at least one token"};
  record.text = join_tokens(record.tokens);
}

/// The location of a value, such as `"x"[3][0]`, with indices from 0.
std::string place_of(const std::string& key, std::size_t step, std::optional<std::size_t> channel) {
  std::string place = "\"" + key + "\"[" + std::to_string(step) + "]";
  if (channel) place += "[" + std::to_string(*channel) + "]";
  return place;
}

/// Reads a value of a step. Its location is only formatted for an error.
double read_value(const Json& value, const std::string& key, std::size_t step,
                  std::optional<std::size_t> channel, MissingValue missing) {
  if (fits_float(value)) return value.get<double>();
  return read_number(value, place_of(key, step, channel),
                     missing == MissingValue::kError
                         ? "fill it in, remove the row, or set /data/format/missing"
                         : "there is no previous value to repeat");
}

/// Returns the replacement for null, if there is one.
std::optional<double> filled(const Json& value, MissingValue missing, const Record& record) {
  if (!value.is_null() || missing == MissingValue::kError) return std::nullopt;
  if (missing == MissingValue::kZero) return 0.0;
  const auto channels = static_cast<std::size_t>(record.channels);
  if (record.values.size() < channels) return std::nullopt;
  return record.values[record.values.size() - channels];
}

void read_step(const Json& step, std::size_t index, const std::string& key, MissingValue missing,
               Record& record) {
  const auto channels = static_cast<std::int64_t>(step.is_array() ? step.size() : 1);
  if (channels == 0) throw RowFault{"found an empty step at " + place_of(key, index, std::nullopt)};
  if (index > 0 && channels != record.channels) {
    throw RowFault{
        "found " + std::to_string(channels) + " channels at " + place_of(key, index, std::nullopt) +
        "; expected the same number as in the previous steps, " + std::to_string(record.channels)};
  }
  record.channels = channels;
  const auto add = [&](const Json& value, std::optional<std::size_t> place) {
    const std::optional<double> stands = filled(value, missing, record);
    record.values.push_back(stands ? *stands : read_value(value, key, index, place, missing));
  };
  if (!step.is_array()) return add(step, std::nullopt);
  for (std::size_t channel = 0; channel < step.size(); ++channel) {
    add(step[channel], channel);
  }
}

void read_steps(Json& value, const std::string& key, MissingValue missing, Record& record) {
  if (!value.is_array()) fail_type(value, key, "a list of steps");
  if (value.empty()) throw RowFault{"\"" + key + "\" is empty; expected at least one step"};
  for (std::size_t i = 0; i < value.size(); ++i) {
    read_step(value[i], i, key, missing, record);
  }
}

}  // namespace

std::unique_ptr<RecordReader> read_jsonl(const std::string& path, const JsonlFormat& format,
                                         const ReaderOptions& options) {
  const auto read = [null_text = format.null_text](Json& value, const std::string& key,
                                                   Record& record) {
    read_text(value, key, null_text, record);
  };
  ObjectLayout layout{format.text, format.label, read, "\"...\""};
  layout.encoding = format.encoding;
  layout.second = format.text_b;
  layout.weight = format.weight;
  return std::make_unique<JsonlReader>(path, layout, options);
}

std::unique_ptr<RecordReader> read_tokens(const std::string& path, const TokensFormat& format,
                                          const ReaderOptions& options) {
  ObjectLayout layout{format.tokens, format.tags, read_token_list, "[\"in\", \"Paris\"]",
                      /*is_tagged=*/true};
  layout.sequence_label = format.label;
  layout.scheme = format.scheme;
  layout.encoding = format.encoding;
  return std::make_unique<JsonlReader>(path, layout, options);
}

std::unique_ptr<RecordReader> read_series(const std::string& path, const SeriesFormat& format,
                                          const ReaderOptions& options) {
  const auto read = [missing = format.missing](Json& value, const std::string& key,
                                               Record& record) {
    read_steps(value, key, missing, record);
  };
  ObjectLayout layout{format.values, format.label, read, "[[1.5], [2]]"};
  layout.encoding = format.encoding;
  return std::make_unique<JsonlReader>(path, layout, options);
}

}  // namespace sequent
