#include "search/error_rows.h"

#include <algorithm>
#include <functional>
#include <memory>
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

/// Reads the labelled rows of a file in blocks, with their numbers in the file.
class LabelledRows {
 public:
  LabelledRows(const Model& model, const std::string& file, bool keep_fields = false) {
    ReaderOptions options;
    options.keep_fields = keep_fields;
    options.features = features_of(model.loaded().config().input);
    reader_ = open_records(file, model.loaded().config().data.format, options);
  }

  const RecordReader& reader() const { return *reader_; }

  /// Returns the next rows; none at the end. Errors: Data at a row that cannot be used.
  std::vector<Record> next() {
    constexpr std::size_t kRows = 4096;
    constexpr std::size_t kBytes = std::size_t{16} << 20;
    std::vector<Record> block;
    std::size_t bytes = 0;
    while (block.size() < kRows && bytes < kBytes) {
      Record record;
      if (!reader_->next(record)) break;
      if (record.fault) throw Error(ErrorKind::kData, record.where, *record.fault);
      bytes += record.text.size() + (record.second ? record.second->size() : 0);
      block.push_back(std::move(record));
    }
    first_ = next_;
    next_ += std::ssize(block);
    return block;
  }

  /// The number of the first row of the last block.
  std::int64_t first() const { return first_; }

 private:
  std::unique_ptr<RecordReader> reader_;
  std::int64_t first_ = 0;
  std::int64_t next_ = 0;
};

/// Finds the value of the slice column in a row.
class SliceColumn {
 public:
  /// Errors: Usage if a table has no such column.
  SliceColumn(const std::string& name, const RecordReader& reader) : name_(name) {
    const std::vector<std::string>& columns = reader.columns();
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

std::int64_t count_tokens(const Tokenizer& tokenizer, const Record& record) {
  std::int64_t count = 0;
  const auto add = [&](std::string_view) { ++count; };
  tokenizer.for_each_token(record.text, add);
  if (record.second) tokenizer.for_each_token(*record.second, add);
  return count;
}

std::vector<ClassPrediction> classify(const Model& model, const std::vector<Record>& block) {
  return with_input_type(model.input(), [&]<class Input>(const Input&) {
    return Classifier<Input>(model).classify(inputs_of<Input>(block));
  });
}

std::vector<std::vector<Explanation>> explain(const Model& model,
                                              const std::vector<Record>& block) {
  return with_input_type(model.input(), [&]<class Input>(const Input&) {
    return Classifier<Input>(model).explain(inputs_of<Input>(block));
  });
}

/// Calls `use` with blocks of the rows with these numbers, which are in ascending order.
void for_rows(const Model& model, const std::string& file, const std::vector<std::int64_t>& numbers,
              const std::function<void(const std::vector<Record>& rows,
                                       const std::vector<std::int64_t>& numbers)>& use) {
  LabelledRows reader(model, file);
  auto next = numbers.begin();
  while (next != numbers.end()) {
    std::vector<Record> block = reader.next();
    if (block.empty()) return;
    std::vector<Record> chosen;
    const auto begin = next;
    while (next != numbers.end() && *next - reader.first() < std::ssize(block)) {
      chosen.push_back(std::move(block[static_cast<std::size_t>(*next++ - reader.first())]));
    }
    if (!chosen.empty()) use(chosen, {begin, next});
  }
}

struct TokenSum {
  double sum = 0;
  std::int64_t count = 0;
};

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

ErrorRows read_error_rows(const Model& model, const ErrorData& data) {
  const std::vector<std::string>& labels = model.labels();
  const Tokenizer tokenizer(model.loaded().tokenizer());
  const bool slices = !data.slice_column.empty();
  LabelledRows reader(model, data.file, slices);
  std::optional<SliceColumn> column;
  if (slices) column.emplace(data.slice_column, reader.reader());
  SliceNames names;
  ErrorRows result;
  for (auto block = reader.next(); !block.empty(); block = reader.next()) {
    const std::vector<ClassPrediction> found = classify(model, block);
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto label = std::lower_bound(labels.begin(), labels.end(), block[i].label);
      if (label == labels.end() || *label != block[i].label) {
        ++result.unknown_labels;
        continue;
      }
      ErrorRow& row = result.rows.emplace_back();
      row.number = reader.first() + static_cast<std::int64_t>(i);
      row.judged =
          judge_label(static_cast<std::int32_t>(label - labels.begin()), found[i].probabilities);
      row.tokens = count_tokens(tokenizer, block[i]);
      row.unknown_share = found[i].unknown_share;
      row.truncated = found[i].truncated;
      if (column) row.slice = names.number(column->value(block[i]));
    }
  }
  result.slices = names.take();
  return result;
}

std::map<std::int64_t, ShownRow> read_shown_rows(const Model& model, const std::string& file,
                                                 const std::vector<std::int64_t>& numbers) {
  constexpr std::int64_t kMostCodePoints = 300;
  const auto shortened_text = [](const std::string& text) {
    const CodePoints points(text);
    if (points.count() <= kMostCodePoints) return text;
    return std::string(points.part(0, kMostCodePoints)) + "…";
  };
  std::map<std::int64_t, ShownRow> result;
  for_rows(model, file, numbers, [&](const auto& rows, const auto& own) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ShownRow& shown = result[own[i]];
      shown.where = rows[i].where.substr(rows[i].where.rfind('/') + 1);
      shown.text = shortened_text(rows[i].text);
      if (rows[i].second) shown.text += " | " + shortened_text(*rows[i].second);
    }
  });
  return result;
}

std::vector<std::vector<DrivingToken>> find_driving_tokens(const Model& model,
                                                           const std::string& file,
                                                           const std::vector<std::int64_t>& numbers,
                                                           std::size_t most) {
  std::vector<std::map<std::string, TokenSum>> sums(model.labels().size());
  for_rows(model, file, numbers, [&](const auto& rows, const auto&) {
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
  });
  std::vector<std::vector<DrivingToken>> result;
  result.reserve(sums.size());
  for (const auto& own : sums) result.push_back(strongest(own, most));
  return result;
}

}  // namespace sequent
