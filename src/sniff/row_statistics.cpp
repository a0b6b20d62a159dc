#include "sniff/row_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>

#include "core/format.h"
#include "core/shortened.h"
#include "data/faults.h"
#include "sequent/error.h"
#include "text/unicode_script.h"

namespace sequent {
namespace {

constexpr std::int64_t kMostLabels = 100'000;
constexpr std::int64_t kMeasuredAlways = 20'000;  // of further rows, one in kMeasuredOf
constexpr std::int64_t kMeasuredOf = 16;

ReaderOptions reader_options(TargetKind target) {
  ReaderOptions options;
  options.numeric_labels = target == TargetKind::kNumbers;
  options.label_lists = target == TargetKind::kLabelSet;
  options.keep_fields = false;
  return options;
}

/// Counts characters of scripts without spaces, and letters in upper case.
struct Script {
  std::int64_t without_spaces = 0;
  std::int64_t others = 0;
  bool has_capitals = false;

  void add(const std::string& text) {
    for (std::size_t i = 0; i < text.size();) {
      const auto lead = static_cast<unsigned char>(text[i]);
      const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      has_capitals = has_capitals || (lead >= 'A' && lead <= 'Z');
      if (lead > ' ') {
        ++(length > 1 && writes_without_spaces(std::string_view(text).substr(i, length))
               ? without_spaces
               : others);
      }
      i += length;
    }
  }
};

class RowStatistics {
 public:
  explicit RowStatistics(TargetKind target)
      : target_(target), words_(WordsTokenizer{}), characters_(CharactersTokenizer{}) {}

  void read(const std::string& path, const DataFormat& format) {
    const std::unique_ptr<RecordReader> reader =
        open_records(path, format, reader_options(target_));
    FaultList faults;
    for (Record record; reader->next(record);) {
      if (record.fault) {
        faults.add({record.where, *record.fault});
        continue;
      }
      add(record);
    }
    faults.throw_if_any();
    if (rows_ == 0) throw Error(ErrorKind::kData, path, "has no rows");
  }

  std::int64_t rows() const { return rows_; }
  bool has_several_labels() const { return has_several_labels_; }
  const std::unordered_map<std::string, std::int64_t>& labels() const { return labels_; }
  bool without_spaces() const { return script_.without_spaces > script_.others; }
  bool has_capitals() const { return script_.has_capitals; }
  std::int64_t tokens() const {
    const double share =
        static_cast<double>(rows_) / static_cast<double>(std::max<std::int64_t>(1, measured_));
    return static_cast<std::int64_t>(static_cast<double>(token_count()) * share);
  }

  /// Returns the length that only `share` of the texts exceed.
  std::int64_t quantile(double share) const {
    std::int64_t above = 0;
    auto length = lengths().rbegin();
    while (length != lengths().rend()) {
      above += length->second;
      if (static_cast<double>(above) > share * static_cast<double>(measured_)) return length->first;
      ++length;
    }
    return 1;
  }

 private:
  const std::map<std::int64_t, std::int64_t>& lengths() const {
    return without_spaces() ? character_lengths_ : word_lengths_;
  }
  std::int64_t token_count() const {
    std::int64_t sum = 0;
    for (const auto& [length, count] : lengths()) sum += length * count;
    return sum;
  }

  void add_label(const std::string& label) {
    if (std::ssize(labels_) < kMostLabels || labels_.contains(label)) ++labels_[label];
  }

  void add(const Record& record) {
    ++rows_;
    if (record.label && record.tags.empty()) add_label(*record.label);
    for (const std::string& label : record.labels) add_label(label);
    has_several_labels_ = has_several_labels_ || record.labels.size() != 1;
    for (const std::string& tag : record.tags) add_label(tag);
    if (rows_ > kMeasuredAlways && rows_ % kMeasuredOf != 0) return;
    ++measured_;
    script_.add(record.text);
    const auto length = [&record](const Tokenizer& tokenizer) {
      if (!record.tokens.empty()) return std::ssize(record.tokens);
      std::ptrdiff_t count = 0;
      tokenizer.for_each_token(record.text, [&count](std::string_view) { ++count; });
      return count;
    };
    ++word_lengths_[length(words_)];
    ++character_lengths_[length(characters_)];
  }

  TargetKind target_;
  Tokenizer words_;
  Tokenizer characters_;
  std::int64_t rows_ = 0;
  std::int64_t measured_ = 0;
  bool has_several_labels_ = false;
  Script script_;
  std::unordered_map<std::string, std::int64_t> labels_;
  std::map<std::int64_t, std::int64_t> word_lengths_;
  std::map<std::int64_t, std::int64_t> character_lengths_;
};

/// Errors: Data if there is too little to learn from.
void check_labels(const SniffedData& result) {
  const std::string& path = result.data.train;
  constexpr std::int64_t kFewestRows = 10;
  if (result.rows < kFewestRows) {
    throw Error(ErrorKind::kData, path,
                "has " + std::to_string(result.rows) + " rows; sequent fit needs at least " +
                    std::to_string(kFewestRows) + ", and better some hundred");
  }
  if (result.target == TargetKind::kNumbers || result.target == TargetKind::kTags) return;
  if (result.labels.size() < 2) {
    throw Error(ErrorKind::kData, path,
                "has " +
                    (result.labels.empty() ? "no label"
                                           : "one label, \"" + result.labels.front().first + "\"") +
                    "; a model needs at least two");
  }
  const auto rare =
      std::ranges::count_if(result.labels, [](const auto& label) { return label.second < 2; });
  if (rare * 2 > std::ssize(result.labels)) {
    throw Error(ErrorKind::kData, path,
                std::to_string(rare) + " of " + std::to_string(result.labels.size()) +
                    " labels have a single row, such as \"" +
                    shortened(result.labels.back().first, 60) +
                    "\"; a class needs at least 2 rows, and better 20; collect more rows, merge "
                    "rare labels, or choose another column with --label");
  }
}

/// Holds out more of a small file: a tenth of it would be too few rows to choose by.
void choose_fraction(SniffedData& result) {
  auto* held_out = std::get_if<HeldOut>(&result.data.validation);
  if (held_out == nullptr || held_out->column) return;
  constexpr double kEnoughRows = 100;
  const double share = std::clamp(kEnoughRows / static_cast<double>(result.rows), 0.1, 0.3);
  held_out->fraction = std::round(100 * share) / 100;
  // A text that occurs in both parts would flatter the models that remember it.
  if (!result.is_tagged) result.data.duplicates = Duplicates::kGroup;
  result.reasons.push_back("validation: " + format_percent(held_out->fraction) +
                           (result.is_tagged ? " of the rows are held out"
                                             : " of the rows are held out, equal texts together"));
}

/// Whether validation or test have labels that training lacks.
bool has_unseen_labels(const SniffedData& result, const RowStatistics& train) {
  if (result.target != TargetKind::kLabel && result.target != TargetKind::kTags) return false;
  bool unseen = false;
  const auto check = [&](const std::optional<HeldOutSource>& source) {
    const auto* path = source ? std::get_if<std::string>(&*source) : nullptr;
    if (path == nullptr) return;
    RowStatistics rows(result.target);
    rows.read(*path, result.data.format);
    for (const auto& [label, count] : rows.labels()) {
      unseen = unseen || !train.labels().contains(label);
    }
  };
  check(result.data.validation);
  check(result.data.test);
  return unseen;
}

std::string label_reason(const SniffedData& result) {
  if (result.target == TargetKind::kNumbers)
    return "task: regression, because the label is a number";
  const std::string count = std::to_string(result.labels.size());
  if (result.target == TargetKind::kTags) return "task: tagging with " + count + " tags";
  const std::string range = "from " + std::to_string(result.labels.back().second) + " to " +
                            std::to_string(result.labels.front().second) + " rows each";
  if (result.target == TargetKind::kLabelSet) {
    return "task: multi_label with " + count + " labels, " + range;
  }
  return "task: classification with " + count + " classes, " + range;
}

}  // namespace

void decide_from_rows(SniffedData& result) {
  auto* fasttext = std::get_if<FastTextFormat>(&result.data.format);
  if (fasttext != nullptr && result.target == TargetKind::kLabel) {
    RowStatistics lists(TargetKind::kLabelSet);
    lists.read(result.data.train, result.data.format);
    if (lists.has_several_labels()) result.target = TargetKind::kLabelSet;
  }
  RowStatistics train(result.target);
  train.read(result.data.train, result.data.format);
  result.rows = train.rows();
  result.tokens = train.tokens();
  result.labels.assign(train.labels().begin(), train.labels().end());
  std::ranges::sort(result.labels, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  check_labels(result);
  if (!result.labels.empty()) {
    constexpr std::int64_t kSkewed = 5;
    const std::int64_t median = result.labels[result.labels.size() / 2].second;
    result.is_skewed = result.labels.front().second >= kSkewed * median;
  }
  result.writes_without_spaces = train.without_spaces();
  result.has_capitals = train.has_capitals();
  constexpr std::int64_t kShortest = 8;
  const std::int64_t longest = result.is_tagged ? 1000 : 400;
  // The tags of a part that is cut off would be lost.
  const std::int64_t long_text = train.quantile(result.is_tagged ? 0 : 0.01);
  result.max_length = std::clamp(long_text, kShortest, longest);
  choose_fraction(result);
  if (has_unseen_labels(result, train)) result.data.unseen_labels = UnseenLabels::kWrong;
  result.reasons.push_back(label_reason(result));
  const std::string unit = result.is_tagged ? "given tokens"
                           : result.writes_without_spaces
                               ? "characters, because the script has no spaces"
                               : "words";
  result.reasons.push_back("tokens: " + unit + "; " + (result.is_tagged ? "all" : "99 %") +
                           " of the texts have at most " + std::to_string(long_text) +
                           ", so that max_length is " + std::to_string(result.max_length));
}

}  // namespace sequent
