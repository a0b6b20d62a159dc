#include "data/findings.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/format.h"
#include "data/feature_facts.h"
#include "sequent/log.h"
#include "text/invisible.h"
#include "text/similar_labels.h"
#include "text/text_table.h"

namespace sequent {
namespace {

// Thresholds for findings.
constexpr double kManyTruncated = 0.10;
constexpr double kManyUnknown = 0.10;
constexpr double kManyRepeated = 0.01;
constexpr std::int64_t kFewRows = 10;
constexpr std::int64_t kFewValidationRows = 30;
constexpr std::int64_t kUneven = 20;
constexpr std::int64_t kMostNamed = 5;  // labels, or pairs of labels, with a finding of their own

/// Returns the count followed by the singular or plural form.
std::string counted(std::int64_t count, const std::string& one, const std::string& many) {
  return format_count(count) + ' ' + (count == 1 ? one : many);
}

class Findings {
 public:
  Findings(const Config& config, const Splits& data, const std::vector<NamedSummary>& splits)
      : config_(config), data_(data), splits_(splits), words_(data_words(config)) {}

  std::vector<DataFinding> find() && {
    for (const NamedSummary& split : splits_) look_at_split(split);
    look_at_validation();
    if (!data_.labels.are_targets() && data_.labels.size() > 0) {
      look_at_labels();
      look_at_similar_labels();
    }
    for (DataFinding& finding : find_feature_problems(config_, data_)) {
      found_.push_back(std::move(finding));
    }
    return std::move(found_);
  }

 private:
  void add(FindingLevel level, std::string sentence) {
    found_.push_back({level, std::move(sentence)});
  }

  void look_at_split(const NamedSummary& split);
  void look_at_tokens(const NamedSummary& split);
  void look_at_validation();
  void look_at_labels();
  void look_at_untrained_labels();
  void look_at_missing_labels(const NamedSummary& split);
  void look_at_similar_labels();
  std::string cure_for_unknown() const;
  std::string rows_of(std::int64_t count) const {
    return counted(count, words_.labelled, std::string(words_.labelled) + "s");
  }

  const Config& config_;
  const Splits& data_;
  const std::vector<NamedSummary>& splits_;
  DataWords words_;
  std::vector<DataFinding> found_;
};

std::string Findings::cure_for_unknown() const {
  const VocabularySpec& spec = std::get<TextInput>(config_.input).vocabulary;
  const bool is_full = data_.vocabulary.size() >= spec.max_size;
  if (is_full && spec.min_count > 1) {
    return "a larger input.vocabulary.max_size or a smaller min_count";
  }
  if (is_full) return "a larger input.vocabulary.max_size";
  if (spec.min_count > 1) return "a smaller input.vocabulary.min_count";
  return "more training data, another tokenizer, or an embedding that also reads characters";
}

void Findings::look_at_tokens(const NamedSummary& split) {
  const SplitSummary& found = split.summary;
  const std::string in = " in " + split.name;
  if (found.empty > 0 && !words_.reads_on) {
    add(FindingLevel::kAdvice, counted(found.empty, "text", "texts") + in +
                                   " without any token; the model reads <empty> instead.");
  }
  if (found.invisible > 0) {
    add(FindingLevel::kWarning,
        counted(found.invisible, "text", "texts") + in +
            " with invisible characters inside words, such as " +
            code_point_name(found.invisible_character) +
            "; a word with such a character is not the same token as the word without it; remove "
            "them from the data.");
  }
  const auto most = std::get<TextInput>(config_.input).max_length;
  if (found.truncated_share() > kManyTruncated) {
    add(FindingLevel::kAdvice, format_percent(found.truncated_share()) + " of the " + words_.rows +
                                   in + " are truncated to input.max_length " + format_count(most) +
                                   "; 95 % of them have at most " +
                                   format_count(found.percentile_95) + " " + words_.steps + ".");
  }
  if (found.unknown_share() > kManyUnknown) {
    add(FindingLevel::kAdvice, format_percent(found.unknown_share()) + " of the tokens" + in +
                                   " are not in the vocabulary; consider " + cure_for_unknown() +
                                   ".");
  }
}

void Findings::look_at_split(const NamedSummary& split) {
  const SplitSummary& found = split.summary;
  const std::string in = " in " + split.name;
  if (std::holds_alternative<TextInput>(config_.input)) {
    look_at_tokens(split);
  } else if (found.truncated_share() > kManyTruncated) {
    const auto most = std::get<NumericInput>(config_.input).max_length;
    add(FindingLevel::kAdvice, format_percent(found.truncated_share()) + " of the " + words_.rows +
                                   in + " are truncated to input.max_length " + format_count(most) +
                                   "; 95 % of them have at most " +
                                   format_count(found.percentile_95) + " " + words_.steps + ".");
  }
  if (words_.reads_on) return;
  if (found.repeated_share() >= kManyRepeated) {
    add(FindingLevel::kAdvice, counted(found.repeated, "row repeats", "rows repeat") + " the " +
                                   words_.row + " of an earlier one" + in + ".");
  }
  if (found.also_in_training > 0) {
    // Equal windows of a series come from the series, such as its zeros, not from a bad split.
    const bool are_windows = std::holds_alternative<WindowsFormat>(config_.data.format);
    add(are_windows ? FindingLevel::kAdvice : FindingLevel::kDefect,
        counted(found.also_in_training, words_.row, words_.rows) + in +
            " can also be found in training; metrics on them are too optimistic.");
  }
  if (found.contradictory > 0 && found.targets.empty()) {
    add(FindingLevel::kDefect,
        counted(found.contradictory, words_.row, words_.rows) + in + " with more than one label.");
  }
}

void Findings::look_at_validation() {
  const std::int64_t rows = splits_[1].summary.rows;
  if (words_.reads_on || rows >= kFewValidationRows) return;
  const bool is_share = std::holds_alternative<HeldOut>(config_.data.validation);
  add(FindingLevel::kWarning,
      "validation has " + counted(rows, "row", "rows") +
          ", too few to choose the best epoch; use " +
          (is_share ? "a larger data.validation.fraction" : "a larger file") + " (at least " +
          format_count(kFewValidationRows) + " rows), or cross-validation" +
          (is_share ? " with several values of data.validation.seed." : "."));
}

void Findings::look_at_missing_labels(const NamedSummary& split) {
  std::int64_t missing = 0;
  for (std::int64_t i = 0; i < data_.labels.size(); ++i) {
    if (split.summary.label_rows[static_cast<std::size_t>(i)] > 0) continue;
    if (++missing > kMostNamed) continue;
    add(FindingLevel::kAdvice, std::string(words_.label) + " " + quoted_name(data_.labels.name(i)) +
                                   " has no " + words_.labelled + " in " + split.name +
                                   "; its metrics there are undefined.");
  }
  if (missing <= kMostNamed) return;
  add(FindingLevel::kAdvice, format_count(missing - kMostNamed) + " more of the " +
                                 format_count(data_.labels.size()) + " " + words_.label +
                                 "s have no " + words_.labelled + " in " + split.name + ".");
}

/// Whole groups, and the rows that a column selects, can hold out all rows of a label.
void Findings::look_at_untrained_labels() {
  const std::vector<std::int64_t>& training = splits_.front().summary.label_rows;
  std::vector<std::string> untrained;
  for (std::int64_t i = 0; i < data_.labels.size(); ++i) {
    if (training[static_cast<std::size_t>(i)] == 0) untrained.push_back(data_.labels.name(i));
  }
  if (untrained.empty()) return;
  const bool is_one = untrained.size() == 1;
  std::string sentence = "all rows of ";
  sentence += is_one ? "the " : format_count(std::ssize(untrained)) + ' ';
  sentence +=
      std::string(words_.label) + (is_one ? " " : "s are held out (") + list_some(untrained);
  sentence += is_one ? " are held out, so that the model cannot learn it"
                     : "), so that the model cannot learn them";
  add(FindingLevel::kWarning,
      sentence + "; use another \"seed\", \"group\" or \"column\" for the held-out parts.");
}

void Findings::look_at_labels() {
  look_at_untrained_labels();
  const LabelSet& labels = data_.labels;
  const std::vector<std::int64_t>& training = splits_.front().summary.label_rows;
  std::int64_t rare = 0;
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    const std::int64_t rows = training[static_cast<std::size_t>(i)];
    if (rows == 0 || rows >= kFewRows || ++rare > kMostNamed) continue;
    add(FindingLevel::kAdvice, std::string(words_.label) + " " + quoted_name(labels.name(i)) +
                                   " has " + rows_of(rows) +
                                   " in training, which is too few to learn from.");
  }
  if (rare > kMostNamed) {
    add(FindingLevel::kAdvice, format_count(rare - kMostNamed) + " more of the " +
                                   format_count(labels.size()) + " " + words_.label +
                                   "s have fewer than " + rows_of(kFewRows) + " in training.");
  }
  for (std::size_t i = 1; i < splits_.size(); ++i) look_at_missing_labels(splits_[i]);
  const auto [fewest, most] = std::minmax_element(training.begin(), training.end());
  // Among tags and in label lists, one label is often far more frequent than the others.
  if (*fewest > 0 && *most > kUneven * *fewest && !words_.has_several) {
    add(FindingLevel::kAdvice,
        "label " + quoted_name(labels.name(most - training.begin())) + " has " + rows_of(*most) +
            ", " + quoted_name(labels.name(fewest - training.begin())) + " " +
            format_count(*fewest) + "; consider \"class_weights\": \"balanced\".");
  }
  // With one label on most rows, accuracy hardly depends on the others.
  constexpr double kMostOfAll = 0.8;
  const auto total = static_cast<double>(std::accumulate(training.begin(), training.end(), 0LL));
  const double share = static_cast<double>(*most) / std::max(total, 1.0);
  if (share > kMostOfAll && !words_.has_several && config_.best_monitor() == Monitor::kAccuracy) {
    add(FindingLevel::kWarning,
        "label " + quoted_name(labels.name(most - training.begin())) + " has " +
            format_percent(share) +
            " of the training rows, so that accuracy, which chooses the epoch, hides the other "
            "labels; consider {\"monitor\": \"macro_f1\"} in \"early_stopping\".");
  }
}

void Findings::look_at_similar_labels() {
  const std::vector<std::string>& names = data_.labels.names();
  const std::vector<std::int64_t>& rows = splits_.front().summary.label_rows;
  const std::vector<SimilarPair> pairs = similar_labels(names);
  for (std::size_t i = 0; i < pairs.size() && i < kMostNamed; ++i) {
    const auto& [first, second, difference] = pairs[i];
    add(FindingLevel::kDefect, std::string(words_.label) + "s " +
                                   label_beside(names[first], names[second]) + " and " +
                                   label_beside(names[second], names[first]) + " " + difference +
                                   "; they are two labels, of " + format_count(rows[first]) +
                                   " and " + rows_of(rows[second]) + " in training.");
  }
  const auto more = static_cast<std::int64_t>(pairs.size()) - kMostNamed;
  if (more <= 0) return;
  add(FindingLevel::kDefect,
      counted(more, "more pair", "more pairs") + " of similar " + words_.label + "s.");
}

}  // namespace

DataWords data_words(const Config& config) {
  DataWords words = definition_of(config).data_words();
  if (std::holds_alternative<TextInput>(config.input)) return words;
  words.row = "sequence";
  words.rows = "sequences";
  words.steps = "steps";
  words.are_text = false;
  return words;
}

std::vector<NamedSummary> summarize(const Config& config, const Splits& data) {
  const std::int64_t longest = max_length(encoder_spec(config).input);
  std::vector<NamedSummary> splits;
  const auto add = [&](const char* name, const SplitRows& split,
                       const std::vector<RowNote>& training) {
    splits.push_back(
        {name, summarize(split, data.labels, longest, training, data.learned.target_origin)});
  };
  add("training", data.train, {});
  add("validation", data.validation, data.train.notes);
  if (data.test) add("test", *data.test, data.train.notes);
  return splits;
}

std::vector<DataFinding> find_problems(const Config& config, const Splits& data,
                                       const std::vector<NamedSummary>& splits) {
  return Findings(config, data, splits).find();
}

void report_findings(const std::vector<DataFinding>& findings, bool strict) {
  std::vector<Issue> defects;
  for (const DataFinding& finding : findings) {
    if (finding.level == FindingLevel::kDefect && strict) {
      defects.push_back({"strict data", finding.sentence});
    } else if (finding.level != FindingLevel::kAdvice) {
      log_warning(finding.sentence);
    }
  }
  if (!defects.empty()) throw Error(ErrorKind::kData, std::move(defects));
}

}  // namespace sequent
