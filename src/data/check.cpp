#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "core/format.h"
#include "data/feature_facts.h"
#include "data/findings.h"
#include "data/splits.h"
#include "data/tag_use.h"
#include "sequent/data.h"
#include "tasks/task_definition.h"
#include "text/text_table.h"

namespace sequent {
namespace {

constexpr std::size_t kListedLabels = 100;
constexpr std::size_t kLabelColumns = 40;

std::string shown_range(const NumberRange& range) {
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
  if (std::any_of(splits.begin(), splits.end(),
                  [](const NamedSummary& split) { return split.summary.weights.has_value(); })) {
    add("weight: least, mean, most", [](const SplitSummary& summary) {
      return summary.weights ? shown_range(*summary.weights) : std::string("-");
    });
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

}  // namespace

DataCheck check_data(const Config& config, int threads) {
  const auto* text = std::get_if<TextInput>(&config.input);
  const Splits data = read_splits(config, threads);
  const std::vector<NamedSummary> splits = summarize(config, data);
  const std::vector<DataFinding> findings = find_problems(config, data, splits);
  DataCheck check;
  const TagNotes tags = describe_tags(config, data.train.rows, data.labels);
  check.warnings = std::ssize(findings) + std::ssize(tags.warnings);
  check.text = render_table(splits, data.labels, data_words(config));
  if (text != nullptr) {
    check.text += "  vocabulary: " + format_count(data.vocabulary.size()) + " ids of at most " +
                  format_count(text->vocabulary.max_size) + "\n";
  }
  for (const std::string& line : describe_features(config, data)) check.text += "  " + line + "\n";
  for (const std::string& fact : tags.facts) check.text += "  " + fact + "\n";
  for (const std::string& warning : tags.warnings) check.text += "warning: " + warning + ".\n";
  for (const DataFinding& finding : findings) {
    check.text += "warning: " + finding.sentence + "\n";
  }
  return check;
}

}  // namespace sequent
