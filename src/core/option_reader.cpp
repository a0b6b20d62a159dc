#include "core/option_reader.h"

#include <cmath>

namespace sequent {

std::string show_json(const Json& value) {
  constexpr std::size_t kLongest = 60;
  if (value.is_object()) return value.empty() ? "an empty object" : "an object";
  if (value.is_array()) return value.empty() ? "an empty list" : "a list";
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

std::string OptionReader::listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void OptionReader::read_scalar(const Json& json, const std::string& pointer, bool& value,
                               const Constraints&) {
  if (!json.is_boolean()) return expected(pointer, json, "true or false");
  value = json.get<bool>();
}

void OptionReader::read_scalar(const Json& json, const std::string& pointer, std::int64_t& value,
                               const Constraints& rules) {
  const std::string allowed =
      "an integer" + (rules.range ? ", " + describe_range(*rules.range) : "");
  if (!json.is_number_integer()) return expected(pointer, json, allowed);
  const bool too_large =
      json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX};
  if (too_large) return expected(pointer, json, allowed);
  const auto number = json.get<std::int64_t>();
  if (rules.range && !rules.range->contains(static_cast<double>(number))) {
    return expected(pointer, json, describe_range(*rules.range));
  }
  value = number;
}

void OptionReader::read_scalar(const Json& json, const std::string& pointer, double& value,
                               const Constraints& rules) {
  if (!json.is_number() || !std::isfinite(json.get<double>())) {
    return expected(pointer, json,
                    "a number" + (rules.range ? ", " + describe_range(*rules.range) : ""));
  }
  const auto number = json.get<double>();
  if (rules.range && !rules.range->contains(number)) {
    return expected(pointer, json, describe_range(*rules.range));
  }
  value = number;
}

void OptionReader::read_scalar(const Json& json, const std::string& pointer, std::string& value,
                               const Constraints& rules) {
  if (!json.is_string()) return expected(pointer, json, "a string");
  if (rules.not_empty && json.get_ref<const std::string&>().empty()) {
    return fault(pointer, "found an empty string; expected at least one character");
  }
  value = json.get<std::string>();
}

}  // namespace sequent
