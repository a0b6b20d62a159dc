#include "data/split_keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "core/nearest.h"
#include "data/row_encoder.h"
#include "data/time_steps.h"
#include "sequent/error.h"

namespace sequent {
namespace {

using Json = nlohmann::json;

const HeldOut* held_out_of(const std::optional<HeldOutSource>& source) {
  return source ? std::get_if<HeldOut>(&*source) : nullptr;
}

std::string name_of(const Column& column) {
  if (const auto* name = std::get_if<std::string>(&column)) return '"' + *name + '"';
  return std::to_string(std::get<std::int64_t>(column));
}

/// Errors: Data if there is no such column.
std::size_t find_column(const Column& column, const std::vector<std::string>& columns,
                        const std::string& path) {
  if (const auto* index = std::get_if<std::int64_t>(&column)) {
    if (*index >= 0 && *index < std::ssize(columns)) return static_cast<std::size_t>(*index);
  } else {
    const auto& name = std::get<std::string>(column);
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found != columns.end()) return static_cast<std::size_t>(found - columns.begin());
  }
  std::string hint;
  if (const auto* name = std::get_if<std::string>(&column)) hint = did_you_mean(*name, columns);
  throw Error(
      ErrorKind::kData, path,
      "has no column " + name_of(column) + hint + ", which a held-out part of the config names");
}

/// Returns the text of a JSON value, or nothing if it is no scalar.
std::optional<std::string> text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

/// Returns the value in a column of a table, at `index`, or of a key; nothing if there is none.
std::optional<std::string> value_of(const Record& record, const Column& column,
                                    std::optional<std::size_t> index) {
  if (index) return record.fields.at(*index);
  const Json object = Json::parse(record.fields.at(0), nullptr, /*allow_exceptions=*/false);
  const auto* key = std::get_if<std::string>(&column);
  if (key == nullptr || !object.is_object()) return std::nullopt;
  if (!key->starts_with('/')) {
    const auto found = object.find(*key);
    return found == object.end() ? std::nullopt : text_of(*found);
  }
  const Json::json_pointer pointer(*key);
  return object.contains(pointer) ? text_of(object.at(pointer)) : std::nullopt;
}

std::string no_value(const Column& column) {
  return "has no string or number at " + name_of(column) +
         ", which a held-out part of the config names";
}

}  // namespace

bool SplitKeyReader::is_needed(const DataSpec& spec) {
  const auto needs = [](const HeldOut* held_out) {
    return held_out != nullptr && (held_out->group || held_out->column);
  };
  return needs(held_out_of(spec.validation)) || needs(held_out_of(spec.test));
}

SplitKeyReader::SplitKeyReader(const DataSpec& spec, const std::string& path,
                               const RecordReader& reader)
    : is_table_(!std::holds_alternative<JsonlFormat>(spec.format)),
      validation_(part_of(held_out_of(spec.validation), path, reader)),
      test_(part_of(held_out_of(spec.test), path, reader)) {}

SplitKeyReader::Part SplitKeyReader::part_of(const HeldOut* held_out, const std::string& path,
                                             const RecordReader& reader) const {
  Part part;
  if (held_out == nullptr) return part;
  part.group = held_out->group;
  part.column = held_out->column;
  part.values = held_out->values;
  if (held_out->from) {
    part.from = parse_time(*held_out->from, std::nullopt);
    if (!part.from) {
      throw Error(ErrorKind::kConfig, "\"from\" of a held-out part",
                  "found \"" + *held_out->from +
                      "\"; expected a number or an ISO 8601 date, such as 2026-01-31");
    }
    part.from_text = *held_out->from;
  }
  if (!is_table_) return part;
  if (part.group) part.group_index = find_column(*part.group, reader.columns(), path);
  if (part.column) part.column_index = find_column(*part.column, reader.columns(), path);
  return part;
}

std::optional<std::string> SplitKeyReader::fill(const Part& part, const Record& record,
                                                std::uint64_t& group, bool& held_out) {
  if (part.group) {
    const auto text = value_of(record, *part.group, part.group_index);
    if (!text) return no_value(*part.group);
    group = hash_text(std::string_view(*text));
  }
  if (!part.column) return std::nullopt;
  const auto text = value_of(record, *part.column, part.column_index);
  if (!text) return no_value(*part.column);
  if (!part.from) {
    held_out = std::find(part.values.begin(), part.values.end(), *text) != part.values.end();
    return std::nullopt;
  }
  const std::optional<double> time = parse_time(*text, std::nullopt);
  if (!time) {
    constexpr std::size_t kShown = 60;
    return "found \"" + text->substr(0, kShown) + "\" in column " + name_of(*part.column) +
           "; expected a number or an ISO 8601 date, to be compared with \"" + part.from_text +
           "\"";
  }
  held_out = *time >= *part.from;
  return std::nullopt;
}

SplitKeyReader::Keys SplitKeyReader::of(const Record& record) const {
  Keys found;
  SplitKeys& keys = found.keys;
  found.fault = fill(test_, record, keys.test_group, keys.in_test);
  if (!found.fault) {
    found.fault = fill(validation_, record, keys.validation_group, keys.in_validation);
  }
  return found;
}

}  // namespace sequent
