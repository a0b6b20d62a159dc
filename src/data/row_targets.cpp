#include "data/row_targets.h"

#include <algorithm>
#include <numeric>

#include "core/nearest.h"
#include "data/row_faults.h"
#include "data/tag_checker.h"
#include "sequent/tags.h"

namespace sequent {
namespace {

/// Returns why an unseen tag does not fit the tagging scheme of the training data.
std::optional<std::string> scheme_error(const std::string& tag, const LabelSet& labels) {
  std::vector<std::string> names = labels.names();
  if (!TagSet(names).marks_spans()) return std::nullopt;
  names.push_back(tag);
  if (TagSet(names).marks_spans()) return std::nullopt;
  names.pop_back();
  constexpr std::size_t kListed = 20;
  names.resize(std::min(names.size(), kListed));
  return "found the tag " + quoted_tag(tag) + "; expected O, or a mark and a type, as in " +
         list_names(names);
}

/// Returns an error message if a row has the wrong number of targets.
std::optional<std::string> target_error(const Record& row, const LabelSet& targets) {
  const auto found = static_cast<std::int64_t>(row.targets.size());
  if (found == targets.size()) return std::nullopt;
  return "found " + std::to_string(found) + " targets; expected " + std::to_string(targets.size()) +
         ", as in the training data";
}

/// Looks up the labels and tags of one row.
class TargetFinder {
 public:
  TargetFinder(const AllowedLabels& allowed, EncodedDataset& rows, RowTargets& found)
      : allowed_(allowed), rows_(rows), found_(found) {}

  std::int32_t label(const std::string& name) {
    const auto index = allowed_.labels.find(name);
    if (index) return static_cast<std::int32_t>(*index);
    if (allowed_.unseen == UnseenLabels::kWrong) return rows_.number_unseen(name);
    return refuse(name, allowed_.labels.names());
  }

  std::int32_t tag(const std::string& name) {
    const std::int32_t number = label(name);
    if (number < 0 && !found_.error) found_.error = scheme_error(name, allowed_.labels);
    return number;
  }

  /// Looks up the label of a row that also has tags.
  std::int32_t sequence_label(const std::optional<std::string>& name) {
    if (!name) {
      found_.error = "found no label; this model predicts a label as well as tags";
      return 0;
    }
    const auto index = allowed_.labels.find_sequence_label(*name);
    if (index) return static_cast<std::int32_t>(*index);
    if (allowed_.unseen == UnseenLabels::kWrong) return rows_.number_unseen_sequence(*name);
    return refuse(*name, allowed_.labels.sequence_names());
  }

 private:
  std::int32_t refuse(const std::string& name, const std::vector<std::string>& names) {
    if (allowed_.unseen == UnseenLabels::kSkip) {
      found_.is_skipped = true;
    } else if (!found_.error) {
      found_.error = unknown_label(name, names);
    }
    return 0;
  }

  const AllowedLabels& allowed_;
  EncodedDataset& rows_;
  RowTargets& found_;
};

}  // namespace

std::string unknown_label(const std::string& label, const std::vector<std::string>& labels) {
  constexpr std::size_t kListed = 20;
  std::string message =
      "found the label " + quoted_tag(label) + ", which is not in the training data";
  if (labels.size() <= kListed) message += "; labels: " + list_names(labels);
  // Each of many rows can have such a label, and each label is compared.
  constexpr std::size_t kCompared = 1000;
  if (labels.size() <= kCompared) message += did_you_mean(label, labels);
  return message +
         "; set \"unseen_labels\" to \"wrong\" to count such rows as missed, or to \"skip\" to "
         "leave them out";
}

ReaderOptions reader_options(TargetKind target, const std::vector<FeatureSpec>& features) {
  ReaderOptions options;
  options.features = features;
  options.need_label = target != TargetKind::kNextTokens;
  options.numeric_labels = target == TargetKind::kNumbers;
  options.label_lists = target == TargetKind::kLabelSet;
  options.label_texts = target == TargetKind::kText;
  options.keep_fields = false;
  return options;
}

std::vector<float> label_marks(std::span<const std::int32_t> has, std::int64_t labels) {
  std::vector<float> marks(static_cast<std::size_t>(labels), 0.0F);
  for (const std::int32_t label : has) marks[static_cast<std::size_t>(label)] = 1;
  return marks;
}

RowTargets find_targets(const Record& record, const RowEncoder& encoder,
                        const AllowedLabels& allowed, EncodedDataset& rows) {
  RowTargets found;
  found.error = record.fault;
  if (found.error) return found;
  TargetFinder find(allowed, rows, found);
  switch (encoder.target()) {
    case TargetKind::kLabel:
      found.label = find.label(*record.label);
      break;
    case TargetKind::kLabelSet: {
      std::vector<std::int32_t> has;
      for (const std::string& label : record.labels) has.push_back(find.label(label));
      found.values = label_marks(has, allowed.labels.size());
      break;
    }
    case TargetKind::kNumbers:
      found.error = target_error(record, allowed.labels);
      if (!found.error) found.values = encoder.targets(record);
      break;
    case TargetKind::kTags: {
      // Tags of truncated tokens can be unknown.
      std::vector<std::int32_t> kept(record.tags.size());
      std::iota(kept.begin(), kept.end(), 0);
      encoder.truncate(kept);
      for (const std::int32_t i : kept) {
        found.tags.push_back(find.tag(record.tags[static_cast<std::size_t>(i)]));
      }
      if (allowed.labels.sequence_size() > 0) found.label = find.sequence_label(record.label);
      break;
    }
    case TargetKind::kNextTokens:
    case TargetKind::kText:
      break;
  }
  return found;
}

}  // namespace sequent
