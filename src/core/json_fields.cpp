#include "core/json_fields.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "sequent/error.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fail_at(const std::string& where, const std::string& message,
                          const std::string& cure) {
  throw Error(ErrorKind::kArtifact, where, cure.empty() ? message : message + "; " + cure);
}

/// Describes a value for error messages: short values verbatim, others by type.
std::string found(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  const std::string text = dump_json(value, -1);
  constexpr std::size_t kLongest = 40;
  return text.size() <= kLongest ? text : "a long " + std::string(value.type_name());
}

bool fits_int64(const Json& value) {
  if (!value.is_number_integer()) return false;
  constexpr auto kGreatest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return !value.is_number_unsigned() || value.get<std::uint64_t>() <= kGreatest;
}

bool is_count(const Json& value) { return fits_int64(value) && value.get<std::int64_t>() >= 0; }

}  // namespace

Json parse_json(std::string_view text, const JsonOrigin& origin) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    fail_at(origin.where,
            "damaged: invalid JSON at byte " + std::to_string(error.byte) + " of " +
                std::to_string(text.size()),
            origin.cure);
  } catch (const Json::exception&) {
    fail_at(origin.where, "damaged: contains a number that is out of range", origin.cure);
  }
}

std::string dump_json(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

JsonFields::JsonFields(const Json& json, const JsonOrigin& origin, std::string pointer)
    : json_(&json), origin_(&origin), pointer_(std::move(pointer)) {
  if (json_->is_object()) return;
  const std::string where = pointer_.empty() ? origin_->where : origin_->where + ": " + pointer_;
  fail_at(where, "found " + found(*json_) + "; expected an object", origin_->cure);
}

std::string JsonFields::place(const std::string& key) const {
  return origin_->where + ": " + pointer_ + "/" + key;
}

void JsonFields::fail(const std::string& key, const std::string& message) const {
  fail_at(place(key), message, origin_->cure);
}

const Json& JsonFields::value(const std::string& key) const {
  const auto entry = json_->find(key);
  if (entry == json_->end()) fail(key, "missing");
  return *entry;
}

bool JsonFields::has(const std::string& key) const { return json_->contains(key); }

bool JsonFields::is_null(const std::string& key) const { return value(key).is_null(); }

std::string JsonFields::text(const std::string& key) const {
  const Json& found_value = value(key);
  if (!found_value.is_string()) fail(key, "found " + found(found_value) + "; expected a string");
  return found_value.get<std::string>();
}

std::int64_t JsonFields::integer(const std::string& key) const {
  const Json& found_value = value(key);
  if (!fits_int64(found_value)) {
    fail(key, "found " + found(found_value) + "; expected an integer");
  }
  return found_value.get<std::int64_t>();
}

std::int64_t JsonFields::count(const std::string& key) const {
  const Json& found_value = value(key);
  if (!is_count(found_value)) {
    fail(key, "found " + found(found_value) + "; expected an integer, at least 0");
  }
  return found_value.get<std::int64_t>();
}

double JsonFields::number(const std::string& key) const {
  const Json& found_value = value(key);
  if (!found_value.is_number()) {
    fail(key, "found " + found(found_value) + "; expected a number");
  }
  return found_value.get<double>();
}

std::optional<double> JsonFields::number_or_null(const std::string& key) const {
  if (!has(key)) return std::nullopt;
  const Json& found_value = value(key);
  if (found_value.is_null()) return std::nullopt;
  if (!found_value.is_number()) {
    fail(key, "found " + found(found_value) + "; expected a number or null");
  }
  return found_value.get<double>();
}

const Json& JsonFields::array(const std::string& key) const {
  const Json& found_value = value(key);
  if (!found_value.is_array()) {
    fail(key, "found " + found(found_value) + "; expected an array");
  }
  return found_value;
}

std::vector<std::string> JsonFields::texts(const std::string& key) const {
  std::vector<std::string> result;
  for (const Json& element : array(key)) {
    if (!element.is_string()) {
      fail(key + "/" + std::to_string(result.size()),
           "found " + found(element) + "; expected a string");
    }
    result.push_back(element.get<std::string>());
  }
  return result;
}

std::vector<std::vector<std::int64_t>> JsonFields::count_rows(const std::string& key) const {
  std::vector<std::vector<std::int64_t>> result;
  for (const Json& row : array(key)) {
    const std::string row_key = key + "/" + std::to_string(result.size());
    if (!row.is_array()) fail(row_key, "found " + found(row) + "; expected an array");
    std::vector<std::int64_t>& counts = result.emplace_back();
    for (const Json& element : row) {
      if (!is_count(element)) {
        fail(row_key + "/" + std::to_string(counts.size()),
             "found " + found(element) + "; expected an integer, at least 0");
      }
      counts.push_back(element.get<std::int64_t>());
    }
  }
  return result;
}

JsonFields JsonFields::object(const std::string& key) const {
  return {value(key), *origin_, pointer_ + "/" + key};
}

std::vector<JsonFields> JsonFields::objects(const std::string& key) const {
  std::vector<JsonFields> result;
  for (const Json& element : array(key)) {
    result.emplace_back(element, *origin_,
                        pointer_ + "/" + key + "/" + std::to_string(result.size()));
  }
  return result;
}

}  // namespace sequent
