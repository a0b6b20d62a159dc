#include "core/overrides.h"

#include <algorithm>
#include <charconv>

#include "core/option_reader.h"
#include "sequent/error.h"

namespace sequent {
namespace {

/// Text that is not valid JSON is taken as a string, so that `--set data.train=my.tsv` needs no
/// quotes.
Json parse_value(const Override& change) {
  try {
    return parse_strict_json(change.value, "--set " + change.path);
  } catch (const Error&) {
    const std::string& text = change.value;
    const bool meant_as_json =
        text.starts_with('{') || text.starts_with('[') || text.starts_with('"');
    if (meant_as_json) throw;
    return text;
  }
}

/// Returns the list element with the index `part`.
Json& list_item(Json& list, const std::string& part, const std::string& where) {
  std::size_t index = 0;
  const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (code != std::errc{} || end != part.data() + part.size() || index >= list.size()) {
    throw Error(ErrorKind::kConfig, where,
                "found \"" + part + "\" as a list index; expected 0 to " +
                    std::to_string(static_cast<std::int64_t>(list.size()) - 1));
  }
  return list[index];
}

}  // namespace

std::vector<std::string> split_option_path(const std::string& path) {
  const bool pointer = path.starts_with('/');
  const char separator = pointer ? '/' : '.';
  std::vector<std::string> parts{""};
  for (const char c : pointer ? path.substr(1) : path) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

void apply_overrides(Json& document, const std::vector<Override>& overrides) {
  for (const Override& change : overrides) {
    const std::string where = "--set " + change.path;
    Json value = parse_value(change);
    Json* place = &document;
    std::string pointer;
    for (const std::string& part : split_option_path(change.path)) {
      if (place->is_null()) *place = Json::object();
      if (place->is_object()) {
        place = &(*place)[part];
      } else if (place->is_array()) {
        place = &list_item(*place, part, where);
      } else {
        throw Error(ErrorKind::kConfig, where,
                    std::string(pointer)
                        .append(" is ")
                        .append(show_json(*place))
                        .append(", which has no \"" + part + "\""));
      }
      pointer = pointer_append(pointer, part);
    }
    *place = std::move(value);
  }
}

Override parse_override(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw Error(ErrorKind::kUsage, "--set " + std::string(text),
                "expected path=value, such as training.epochs=3");
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

std::vector<Override> parse_overrides(const std::vector<std::string>& texts) {
  std::vector<Override> overrides;
  overrides.reserve(texts.size());
  for (const std::string& text : texts) overrides.push_back(parse_override(text));
  return overrides;
}

}  // namespace sequent
