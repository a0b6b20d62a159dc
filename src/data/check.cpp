#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/format.h"
#include "data/split_summary.h"
#include "data/splits.h"
#include "sequent/data.h"
#include "tasks/task_definition.h"
#include "text/ascii.h"
#include "text/text_table.h"

namespace sequent {
namespace {

// Thresholds for warnings.
constexpr double kManyTruncated = 0.10;
constexpr double kManyUnknown = 0.10;
constexpr double kManyRepeated = 0.01;
constexpr std::int64_t kFewRows = 10;
constexpr std::int64_t kUneven = 20;
constexpr std::size_t kListedLabels = 100;
constexpr std::size_t kLabelColumns = 40;

struct NamedSummary {
  std::string name;
  SplitSummary summary;
};

/// Returns the count followed by the singular or plural form.
std::string counted(std::int64_t count, const char* one, const char* many) {
  return format_count(count) + ' ' + (count == 1 ? one : many);
}

class Warnings {
 public:
  void add(const std::string& sentence) {
    ++count_;
    text_ += "warning: " + sentence + "\n";
  }
  std::int64_t count() const { return count_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::int64_t count_ = 0;
};

std::string shown(const std::string& label) { return '"' + fit_text(label, kLabelColumns) + '"'; }

void warn_of_split(const NamedSummary& split, const DataWords& words, std::int64_t max_length,
                   Warnings& warnings) {
  const SplitSummary& found = split.summary;
  const std::string in = " in " + split.name;
  if (found.empty > 0 && !words.reads_on) {
    warnings.add(counted(found.empty, "text", "texts") + in +
                 " without any token; the model reads <empty> instead.");
  }
  if (found.truncated_share() > kManyTruncated) {
    warnings.add(format_percent(found.truncated_share()) + " of the " + words.rows + in +
                 " are truncated to input.max_length " + format_count(max_length) +
                 "; 95 % of them have at most " + format_count(found.percentile_95) + " " +
                 words.steps + ".");
  }
  if (found.unknown_share() > kManyUnknown) {
    warnings.add(format_percent(found.unknown_share()) + " of the tokens" + in +
                 " are not in the vocabulary; consider a larger input.vocabulary.max_size, a "
                 "smaller min_count or another tokenizer.");
  }
  if (words.reads_on) return;
  if (found.repeated_share() >= kManyRepeated) {
    warnings.add(counted(found.repeated, "row repeats", "rows repeat") + " the " + words.row +
                 " of an earlier one" + in + ".");
  }
  if (found.also_in_training > 0) {
    warnings.add(counted(found.also_in_training, words.row, words.rows) + in +
                 " can also be found in training; metrics on them are too optimistic.");
  }
  if (found.contradictory > 0 && found.targets.empty()) {
    warnings.add(counted(found.contradictory, words.row, words.rows) + in +
                 " with more than one label.");
  }
}

void warn_of_labels(const std::vector<NamedSummary>& splits, const LabelSet& labels,
                    const DataWords& words, Warnings& warnings) {
  const std::string label_word = std::string(words.label) + " ";
  const auto count_of = [&](std::int64_t count) {
    return counted(count, words.labelled, (std::string(words.labelled) + "s").c_str());
  };
  const std::vector<std::int64_t>& training = splits.front().summary.label_rows;
  const auto [fewest, most] = std::minmax_element(training.begin(), training.end());
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(i);
    if (training[label] < kFewRows) {
      warnings.add(label_word + shown(labels.name(i)) + " has " + count_of(training[label]) +
                   " in training, which is too few to learn from.");
    }
    for (std::size_t split = 1; split < splits.size(); ++split) {
      if (splits[split].summary.label_rows[label] == 0) {
        warnings.add(label_word + shown(labels.name(i)) + " has no " + words.labelled + " in " +
                     splits[split].name + "; its metrics there are undefined.");
      }
    }
  }
  // Among tags and in label lists, one label is often far more frequent than the others.
  if (*most > kUneven * *fewest && !words.has_several) {
    warnings.add("label " + shown(labels.name(most - training.begin())) + " has " +
                 count_of(*most) + ", " + shown(labels.name(fewest - training.begin())) + " " +
                 format_count(*fewest) + "; consider \"class_weights\": \"balanced\".");
  }
}

/// Warns about labels that differ only in case or white space.
void warn_of_similar_labels(const LabelSet& labels, Warnings& warnings) {
  std::map<std::string, std::string> seen;
  for (const std::string& label : labels.names()) {
    std::string bare;
    for (const char byte : label) {
      if (!is_ascii_space(byte)) bare += ascii_lower(byte);
    }
    const auto [other, is_new] = seen.emplace(bare, label);
    if (!is_new) {
      warnings.add("labels " + shown(other->second) + " and " + shown(label) +
                   " differ only in case or white space.");
    }
  }
}

std::string shown_range(const TargetRange& range) {
  return format_short(range.least) + ", " + format_short(range.mean) + ", " +
         format_short(range.most);
}

std::string render_table(const std::vector<NamedSummary>& splits, const LabelSet& labels,
                         const DataWords& words) {
  TextTable table;
  const auto add = [&](const std::string& name,
                       const std::function<std::string(const SplitSummary&)>& cell) {
    std::vector<std::string> row{name};
    for (const NamedSummary& split : splits) row.push_back(cell(split.summary));
    table.add_row(std::move(row));
  };
  const auto add_count = [&](const std::string& name, std::int64_t SplitSummary::*member) {
    add(name, [&](const SplitSummary& summary) { return format_count(summary.*member); });
  };
  std::vector<std::string> head{""};
  for (const NamedSummary& split : splits) head.push_back(split.name);
  table.add_row(std::move(head));
  add_count("rows", &SplitSummary::rows);
  const auto listed = std::min(kListedLabels, labels.names().size());
  for (std::size_t i = 0; i < listed; ++i) {
    const std::string name = fit_text(labels.names()[i], kLabelColumns);
    if (labels.are_targets()) {
      add("  " + name + ": least, mean, most", [&](const SplitSummary& summary) {
        return summary.targets.empty() ? std::string("-") : shown_range(summary.targets[i]);
      });
    } else {
      add("  " + std::string(words.label) + " " + name,
          [&](const SplitSummary& summary) { return format_count(summary.label_rows[i]); });
    }
  }
  if (listed < labels.names().size()) {
    table.add_row({"  and " + std::to_string(labels.names().size() - listed) + " more"});
  }
  add_count(std::string(words.steps) + " per " + words.row + ": fewest", &SplitSummary::shortest);
  add_count("  median", &SplitSummary::median);
  add_count("  95th percentile", &SplitSummary::percentile_95);
  add_count("  most", &SplitSummary::longest);
  if (words.are_text) {
    add_count(std::string("empty ") + (words.reads_on ? "lines" : "texts"), &SplitSummary::empty);
  }
  if (!words.reads_on) {
    add(std::string("truncated ") + words.rows, [](const SplitSummary& summary) {
      return format_count(summary.truncated) + " (" + format_percent(summary.truncated_share()) +
             ")";
    });
  }
  if (words.are_text) {
    add("unknown tokens",
        [](const SplitSummary& summary) { return format_percent(summary.unknown_share()); });
  }
  const std::string row = words.row;
  add_count("rows that repeat a " + row, &SplitSummary::repeated);
  add_count("rows whose " + row + " is in training", &SplitSummary::also_in_training);
  if (!labels.are_targets() && labels.size() > 0 && !words.has_several && !words.reads_on) {
    add_count(std::string(words.rows) + " with several labels", &SplitSummary::contradictory);
  }
  return table.render();
}

DataWords words_of(const Config& config) {
  DataWords words = definition_of(config).data_words();
  if (std::holds_alternative<TextInput>(config.input)) return words;
  words.row = "sequence";
  words.rows = "sequences";
  words.steps = "steps";
  words.are_text = false;
  return words;
}

}  // namespace

DataCheck check_data(const Config& config, int threads) {
  const auto* text = std::get_if<TextInput>(&config.input);
  const DataWords words = words_of(config);
  const std::int64_t longest = max_length(encoder_spec(config).input);
  const Splits data = read_splits(config, threads);
  std::vector<NamedSummary> splits;
  const auto add = [&](const char* name, const SplitRows& split,
                       const std::vector<RowNote>& training) {
    splits.push_back(
        {name, summarize(split, data.labels, longest, training, data.learned.target_origin)});
  };
  add("training", data.train, {});
  add("validation", data.validation, data.train.notes);
  if (data.test) add("test", *data.test, data.train.notes);

  Warnings warnings;
  for (const NamedSummary& split : splits) warn_of_split(split, words, longest, warnings);
  if (!data.labels.are_targets() && data.labels.size() > 0) {
    warn_of_labels(splits, data.labels, words, warnings);
    warn_of_similar_labels(data.labels, warnings);
  }

  DataCheck check;
  check.warnings = warnings.count();
  check.text = render_table(splits, data.labels, words);
  if (text != nullptr) {
    check.text += "  vocabulary: " + format_count(data.vocabulary.size()) + " ids of at most " +
                  format_count(text->vocabulary.max_size) + "\n";
  }
  check.text += warnings.text();
  return check;
}

}  // namespace sequent
