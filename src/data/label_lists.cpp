#include "data/label_lists.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/shortened.h"
#include "data/warn_once.h"
#include "text/ascii.h"

namespace sequent {
namespace {

constexpr std::string_view kUsualSeparator = ",";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes a quoted string from the beginning of a text; a backslash keeps the next character from
/// having a meaning. Returns nullopt if there is none.
std::optional<std::string> take_quoted(std::string_view& text) {
  const char quote = text.front();
  if (quote != '\'' && quote != '"') return std::nullopt;
  std::string content;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      text.remove_prefix(i + 1);
      return content;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    content += text[i];
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> parse_python(std::string_view items) {
  std::vector<std::string> names;
  for (items = trimmed(items); !items.empty(); items = trimmed(items)) {
    std::optional<std::string> name = take_quoted(items);
    if (!name) return std::nullopt;
    names.push_back(*std::move(name));
    items = trimmed(items);
    if (items.starts_with(',')) items.remove_prefix(1);
  }
  return names;
}

/// Returns nullopt if the text is not an array of strings or integers.
std::optional<std::vector<std::string>> parse_json(std::string_view text) {
  const auto refuse_nested = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    return depth <= 1;
  };
  const auto list = nlohmann::json::parse(text, refuse_nested, /*allow_exceptions=*/false);
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& name : list) {
    if (!name.is_string() && !name.is_number_integer()) return std::nullopt;
    names.push_back(name.is_string() ? name.get<std::string>() : name.dump());
  }
  return names;
}

class SplitLabels : public RecordReader {
 public:
  SplitLabels(std::unique_ptr<RecordReader> reader, const std::optional<std::string>& separator)
      : reader_(std::move(reader)),
        is_given_(separator.has_value()),
        separator_(separator.value_or(std::string(kUsualSeparator))) {}

  bool next(Record& record) override {
    if (!reader_->next(record)) {
      warn_about_separator();
      return false;
    }
    if (record.fault || !record.label) return true;
    const std::string cell = std::exchange(record.label, std::nullopt).value();
    if (std::optional<std::vector<std::string>> list = parse_label_list(cell)) {
      record.labels = *std::move(list);
      if (std::find(record.labels.begin(), record.labels.end(), "") != record.labels.end()) {
        record.fault = "found an empty label in \"" + cell + "\"; expected names";
      }
    } else {
      split(cell, record);
    }
    return true;
  }

  const std::vector<std::string>& columns() const override { return reader_->columns(); }

 private:
  void split(const std::string& cell, Record& record) {
    if (!is_given_) look_for_others(cell, record.where);
    std::string_view rest = cell;
    while (true) {
      const std::size_t end = rest.find(separator_);
      const std::string_view name = trimmed(rest.substr(0, end));
      if (name.empty()) {
        record.fault = "found an empty label in \"" + cell + "\"; expected names with \"" +
                       separator_ + "\" between them";
        return;
      }
      record.labels.emplace_back(name);
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + separator_.size());
    }
  }

  void look_for_others(const std::string& cell, const std::string& where) {
    if (cell.find(kUsualSeparator) != std::string::npos) has_usual_ = true;
    const std::size_t at = cell.find_first_of(";|");
    if (at == std::string::npos) return;
    if (other_count_++ > 0) return;
    other_ = cell[at];
    example_ = shortened(cell, 60);
    where_ = where;
  }

  void warn_about_separator() const {
    if (has_usual_ || other_count_ == 0) return;
    const std::string other(1, other_);
    warn_once(where_ + ": found the label \"" + example_ + "\", and no label of the " +
              "file has a comma; if these are several labels, set \"label_separator\": \"" + other +
              "\"");
  }

  std::unique_ptr<RecordReader> reader_;
  bool is_given_;
  std::string separator_;
  // Of the cells so far:
  bool has_usual_ = false;
  std::int64_t other_count_ = 0;
  char other_ = ';';
  std::string example_;
  std::string where_;
};

}  // namespace

std::optional<std::vector<std::string>> parse_label_list(std::string_view cell) {
  constexpr std::array<std::string_view, 3> kBrackets{"[]", "()", "{}"};
  cell = trimmed(cell);
  for (const std::string_view pair : kBrackets) {
    if (cell.size() < 2 || cell.front() != pair[0] || cell.back() != pair[1]) continue;
    if (pair == "[]") {
      if (auto names = parse_json(cell)) return names;
    }
    return parse_python(cell.substr(1, cell.size() - 2));
  }
  return std::nullopt;
}

std::unique_ptr<RecordReader> split_labels(std::unique_ptr<RecordReader> reader,
                                           const std::optional<std::string>& separator) {
  return std::make_unique<SplitLabels>(std::move(reader), separator);
}

}  // namespace sequent
