// JSON read without mercy: duplicate keys, excessive depth and size, invalid UTF-8 are errors with
// line and column.
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

/// Errors: Config, as `name:line:column` for syntax, `name: /pointer` for duplicate keys (all of
/// them).
Json parse_strict_json(std::string_view text, const std::string& name,
                       const JsonLimits& limits = {});

/// `/a/b` plus a key, escaped as RFC 6901 asks.
std::string pointer_append(const std::string& pointer, std::string_view key);

}  // namespace sequent
