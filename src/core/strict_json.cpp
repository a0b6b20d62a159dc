#include "core/strict_json.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sequent/error.h"

namespace sequent {
namespace {

/// Returns the `line:column`, both from 1, of a byte offset.
std::string position_of(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? offset + 1 : offset - newline;
  return std::to_string(line) + ":" + std::to_string(column);
}

/// Builds the document from nlohmann's SAX events and reports errors that its own parser tolerates.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  StrictBuilder(std::string_view text, const std::string& name, const JsonLimits& limits)
      : text_(text), name_(name), limits_(limits) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.key = name;
    if (level.value.contains(name)) {
      faults_.push_back(
          {name_ + ": " + pointer_append(pointer(), name), "duplicate key; keep only one of them"});
    }
    return true;
  }

  bool parse_error(std::size_t offset, const std::string&,
                   const nlohmann::detail::exception& fault) override {
    std::string reason = fault.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ..."
    if (const std::size_t bracket = reason.find("] "); bracket != std::string::npos) {
      reason = reason.substr(bracket + 2);
    }
    if (reason.starts_with("parse error")) {
      if (const std::size_t colon = reason.find(": "); colon != std::string::npos) {
        reason = reason.substr(colon + 2);
      }
    }
    faults_.push_back({name_ + ":" + position_of(text_, offset == 0 ? 0 : offset - 1),
                       "not valid JSON: " + reason + cure(offset)});
    return false;
  }

  Json finish() {
    if (!faults_.empty()) throw Error(ErrorKind::kConfig, faults_);
    return std::move(document_);
  }

 private:
  struct Level {
    Json value;
    std::string key;  // the key being read
  };

  std::string pointer() const {
    std::string text;
    for (std::size_t i = 0; i + 1 < levels_.size(); ++i) text = pointer_append(text, name_of(i));
    return text;
  }

  std::string name_of(std::size_t level) const {
    const Level& owner = levels_[level];
    return owner.value.is_array() ? std::to_string(owner.value.size()) : owner.key;
  }

  bool put(Json value) {
    if (levels_.empty()) {
      document_ = std::move(value);
    } else if (Level& level = levels_.back(); level.value.is_array()) {
      level.value.push_back(std::move(value));
    } else {
      level.value[level.key] = std::move(value);
    }
    return true;
  }

  bool open(Json value) {
    if (levels_.size() >= limits_.depth) {
      faults_.push_back({name_, "nested deeper than " + std::to_string(limits_.depth) + " levels"});
      return false;
    }
    levels_.push_back({std::move(value), {}});
    return true;
  }

  bool close() {
    Json value = std::move(levels_.back().value);
    levels_.pop_back();
    return put(std::move(value));
  }

  /// Returns the likely cure for a syntax error.
  std::string cure(std::size_t offset) const {
    std::size_t i = std::min(offset == 0 ? 0 : offset - 1, text_.size());
    const char found = i < text_.size() ? text_[i] : '\0';
    while (i > 0 && std::string_view(" \t\r\n").find(text_[i - 1]) != std::string_view::npos) --i;
    const char before = i > 0 ? text_[i - 1] : '\0';
    if (before == ',' && (found == '}' || found == ']')) return "; remove the trailing comma";
    if (found == '/' || found == '#')
      return "; JSON has no comments: use a key that begins with _ instead";
    if (found == '\'') return "; strings must be in double quotes";
    return "";
  }

  std::string_view text_;
  std::string name_;
  JsonLimits limits_;
  std::vector<Level> levels_;
  std::vector<Issue> faults_;
  Json document_;
};

}  // namespace

std::string pointer_append(const std::string& pointer, std::string_view key) {
  std::string result = pointer + "/";
  for (const char c : key) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

Json parse_strict_json(std::string_view text, const std::string& name, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    throw Error(ErrorKind::kConfig, name,
                "found " + std::to_string(text.size()) + " bytes; expected at most " +
                    std::to_string(limits.bytes));
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  StrictBuilder builder(text, name, limits);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.finish();
}

}  // namespace sequent
