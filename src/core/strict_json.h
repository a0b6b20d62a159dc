// A strict JSON parser: duplicate keys, excessive depth or size, and invalid UTF-8 are errors,
// reported with line and column.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sequent {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t bytes = std::size_t{4} << 20;
  std::size_t depth = 64;
};

/// Errors: Config, as `name:line:column` for syntax errors, and as `name: /pointer` for each
/// duplicate key.
Json parse_strict_json(std::string_view text, const std::string& name,
                       const JsonLimits& limits = {});

/// Appends a key to the pointer `/a/b`, escaped according to RFC 6901.
std::string pointer_append(const std::string& pointer, std::string_view key);

}  // namespace sequent
