// Checked access to JSON that was written by this library.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// The origin of a JSON text, for error messages.
struct JsonOrigin {
  std::string where;  // the file, or its name in messages
  std::string cure;   // how to fix a damaged file
};

/// Parses `text`. Errors: Artifact if it is not valid JSON, with the byte offset of the syntax
/// error.
nlohmann::ordered_json parse_json(std::string_view text, const JsonOrigin& origin);

/// Returns the JSON text, on one line if `indent` < 0. Bytes that are not valid UTF-8 (file names
/// may contain them) are replaced with U+FFFD.
std::string dump_json(const nlohmann::ordered_json& json, int indent);

/// One JSON object and its location. Each accessor returns the value of a key.
/// Errors: Artifact, with the key's location, if the key is missing or its value has a different
/// type.
/// Lifetime: refers to the JSON and the origin passed to the constructor.
class JsonFields {
 public:
  /// Errors: Artifact if `json` is not an object.
  JsonFields(const nlohmann::ordered_json& json, const JsonOrigin& origin,
             std::string pointer = "");

  bool has(const std::string& key) const;
  bool is_null(const std::string& key) const;
  const nlohmann::ordered_json& value(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::int64_t integer(const std::string& key) const;
  std::int64_t count(const std::string& key) const;  // a non-negative integer
  double number(const std::string& key) const;
  /// Returns nullopt for null, and for a missing key: earlier versions did not write all keys.
  std::optional<double> number_or_null(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  std::vector<std::vector<std::int64_t>> count_rows(const std::string& key) const;
  JsonFields object(const std::string& key) const;
  std::vector<JsonFields> objects(const std::string& key) const;

  /// The location of `key`, as `file: /json/pointer`.
  std::string place(const std::string& key) const;

  /// Throws the Artifact error `place(key): message; cure`.
  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

  const JsonOrigin& origin() const { return *origin_; }

 private:
  const nlohmann::ordered_json& array(const std::string& key) const;

  const nlohmann::ordered_json* json_;
  const JsonOrigin* origin_;
  std::string pointer_;  // of the object; empty for the root
};

}  // namespace sequent
