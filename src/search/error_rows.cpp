#include "search/error_rows.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "batch/record_inputs.h"
#include "core/nearest.h"
#include "infer/loaded_model.h"
#include "sequent/data.h"
#include "sequent/error.h"
#include "sequent/text.h"
#include "text/code_points.h"

namespace sequent {
namespace {

/// Finds the value of the slice column in a row.
class SliceColumn {
 public:
  /// Errors: Usage if a table has no such column.
  SliceColumn(const std::string& name, const std::vector<std::string>& columns) : name_(name) {
    if (columns.empty()) return;
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) {
      throw Error(ErrorKind::kUsage, "--slice " + name,
                  "the file has no such column" + did_you_mean(name, columns) + "; it has " +
                      list_alternatives(columns, /*quoted=*/false));
    }
    index_ = static_cast<std::size_t>(found - columns.begin());
  }

  /// Errors: Usage if a row that is an object has no such key, or the file has no columns.
  std::string value(const Record& record) const {
    if (index_) return record.fields.size() > *index_ ? record.fields[*index_] : std::string();
    const auto object = record.fields.size() == 1
                            ? nlohmann::json::parse(record.fields[0], nullptr, false)
                            : nlohmann::json();
    if (!object.is_object() || !object.contains(name_)) {
      throw Error(ErrorKind::kUsage, "--slice " + name_,
                  record.where + " has no such column or key");
    }
    const nlohmann::json& found = object[name_];
    return found.is_string() ? found.get<std::string>() : found.dump();
  }

 private:
  std::string name_;
  std::optional<std::size_t> index_;
};

/// Numbers the values of the slice column.
class SliceNames {
 public:
  std::int32_t number(const std::string& value) {
    constexpr std::size_t kMost = 10000;  // further values share the last number
    const auto found = numbers_.find(value);
    if (found != numbers_.end()) return found->second;
    if (names_.size() >= kMost) {
      if (names_.size() == kMost) names_.emplace_back("(other values)");
      return static_cast<std::int32_t>(kMost);
    }
    numbers_[value] = static_cast<std::int32_t>(names_.size());
    names_.push_back(value);
    return static_cast<std::int32_t>(names_.size()) - 1;
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::vector<std::string> names_;
};

std::vector<std::vector<Explanation>> explain(const Model& model,
                                              const std::vector<Record>& block) {
  return with_input_type(model.input(), [&]<class Input>(const Input&) {
    return Classifier<Input>(model).explain(inputs_of<Input>(block));
  });
}

struct TokenSum {
  double sum = 0;
  std::int64_t count = 0;
};

/// Of each class, by token.
using TokenSums = std::vector<std::map<std::string, TokenSum>>;

/// Adds the tokens of these rows to the classes that they are predicted as.
void add_tokens(const Model& model, const std::vector<Record>& rows, TokenSums& sums) {
  if (rows.empty()) return;
  const auto explanations = explain(model, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Explanation& found = explanations[i].front();
    const CodePoints first(rows[i].text);
    const std::string none;
    const CodePoints second(rows[i].second ? *rows[i].second : none);
    for (const TokenAttribution& token : found.tokens) {
      const CodePoints& text = token.text == 0 ? first : second;
      TokenSum& sum = sums[static_cast<std::size_t>(found.output)][normalize_token(
          model.loaded().tokenizer(), text.part(token.begin, token.end))];
      sum.sum += token.attribution;
      ++sum.count;
    }
  }
}

std::vector<DrivingToken> strongest(const std::map<std::string, TokenSum>& sums, std::size_t most) {
  std::vector<std::pair<std::string, TokenSum>> order;
  for (const auto& [token, sum] : sums) {
    if (sum.count > 1 && sum.sum > 0) order.emplace_back(token, sum);
  }
  // A mean over few occurrences is uncertain: it counts as if the token had occurred ten more times
  // without contributing.
  std::ranges::stable_sort(order, std::greater(), [](const auto& one) {
    constexpr double kMoreOccurrences = 10;
    return one.second.sum / (static_cast<double>(one.second.count) + kMoreOccurrences);
  });
  std::vector<DrivingToken> result;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    const auto& [token, sum] = order[i];
    result.push_back({token, sum.sum / static_cast<double>(sum.count), sum.count});
  }
  return result;
}

}  // namespace

ErrorRows read_error_rows(const JudgedRows& judged, const std::string& slice_column) {
  const bool slices = !slice_column.empty();
  ChosenRecords records(judged.source, judged.records, /*keep_fields=*/slices);
  std::optional<SliceColumn> column;
  if (slices) column.emplace(slice_column, records.columns());
  SliceNames names;
  ErrorRows result;
  result.rows.reserve(judged.size());
  Record record;
  for (std::size_t i = 0; records.next(record); ++i) {
    const std::string& label = judged.labels[static_cast<std::size_t>(judged.truths[i])];
    if (record.label != label) {
      throw Error(ErrorKind::kData, record.where,
                  "found the label \"" + record.label.value_or("") + "\"; it was \"" + label +
                      "\" when the row was predicted, so the file has changed since");
    }
    const TextEncoder& encoder = judged.encoders[judged.encoder_of[i]];
    const EncodedText text = record.second ? encoder.encode_pair(record.text, *record.second)
                                           : encoder.encode(record.text);
    ErrorRow& row = result.rows.emplace_back();
    row.number = judged.records[i];
    row.judged = judge_label(judged.truths[i], judged.of(i));
    row.tokens = text.token_count;
    row.unknown_share = unknown_share(text);
    row.truncated = text.truncated;
    if (column) row.slice = names.number(column->value(record));
  }
  result.slices = names.take();
  return result;
}

std::map<std::int64_t, ShownRow> read_shown_rows(const RecordSource& source,
                                                 const std::vector<std::int64_t>& numbers) {
  constexpr std::int64_t kMostCodePoints = 300;
  const auto shortened_text = [](const std::string& text) {
    const CodePoints points(text);
    if (points.count() <= kMostCodePoints) return text;
    return std::string(points.part(0, kMostCodePoints)) + "…";
  };
  std::map<std::int64_t, ShownRow> result;
  ChosenRecords records(source, numbers);
  Record record;
  for (std::size_t i = 0; records.next(record); ++i) {
    ShownRow& shown = result[numbers[i]];
    shown.where = source.location(record);
    shown.text = shortened_text(record.text);
    if (record.second) shown.text += " | " + shortened_text(*record.second);
  }
  return result;
}

std::vector<std::vector<DrivingToken>> find_driving_tokens(const Model& model,
                                                           const RecordSource& source,
                                                           const std::vector<std::int64_t>& numbers,
                                                           std::size_t most) {
  constexpr std::size_t kBlock = 256;
  TokenSums sums(model.labels().size());
  ChosenRecords records(source, numbers);
  std::vector<Record> block;
  for (Record record; records.next(record);) {
    block.push_back(std::move(record));
    if (block.size() == kBlock) add_tokens(model, std::exchange(block, {}), sums);
  }
  add_tokens(model, block, sums);
  std::vector<std::vector<DrivingToken>> result;
  result.reserve(sums.size());
  for (const auto& own : sums) result.push_back(strongest(own, most));
  return result;
}

}  // namespace sequent
