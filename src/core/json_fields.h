// JSON that this library wrote itself, read back with every doubt checked.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Where JSON came from, for messages.
struct JsonOrigin {
  std::string where;  // the file, or what stands for it
  std::string cure;   // what to do about damage
};

/// Errors: Artifact if `text` is not JSON, with the byte at which it ends making sense.
nlohmann::ordered_json parse_json(std::string_view text, const JsonOrigin& origin);

/// JSON text; `indent` < 0: one line. What is not UTF-8 (a file name may be) becomes U+FFFD.
std::string dump_json(const nlohmann::ordered_json& json, int indent);

/// One JSON object and its place. Each reader gives the value of a key.
/// Errors: Artifact, naming the key's place, if the key is missing or its value is of another type.
/// Lifetime: refers to the JSON and the origin it was made from.
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
  std::int64_t count(const std::string& key) const;  // an integer that is not negative
  double number(const std::string& key) const;
  /// Nothing for null, and for a missing key: earlier versions did not have all of them.
  std::optional<double> number_or_null(const std::string& key) const;
  std::vector<std::string> texts(const std::string& key) const;
  std::vector<std::vector<std::int64_t>> count_rows(const std::string& key) const;
  JsonFields object(const std::string& key) const;
  std::vector<JsonFields> objects(const std::string& key) const;

  /// The place of `key`, as `file: /json/pointer`.
  std::string place(const std::string& key) const;

  /// Throws the Artifact error `place(key): message; cure`.
  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

  const JsonOrigin& origin() const { return *origin_; }

 private:
  const nlohmann::ordered_json& array(const std::string& key) const;

  const nlohmann::ordered_json* json_;
  const JsonOrigin* origin_;
  std::string pointer_;  // of the object; empty for the whole
};

}  // namespace sequent
