#include "data/tag_use.h"

#include <algorithm>
#include <filesystem>

#include "core/format.h"
#include "data/tag_checker.h"
#include "text/text_table.h"

namespace sequent {
namespace {

constexpr std::size_t kShownColumns = 40;
constexpr std::size_t kShownTypes = 10;
constexpr std::size_t kShownTokens = 2;

std::int64_t count_invalid(const EncodedDataset& rows, const TagSet& tags) {
  std::int64_t invalid = 0;
  for (std::int64_t row = 0; row < rows.size(); ++row) {
    std::int32_t before = TagSet::kEdge;
    bool is_valid = true;
    for (const std::int32_t tag : rows.tags(row)) {
      is_valid = is_valid && tags.may_follow(before, tag);
      before = tag;
    }
    invalid += is_valid && tags.may_follow(before, TagSet::kEdge) ? 0 : 1;
  }
  return invalid;
}

/// Returns `LOC, PER and 3 more`.
std::string list_types(const std::vector<std::string>& types) {
  std::string text;
  const std::size_t shown = std::min(types.size(), kShownTypes);
  for (std::size_t i = 0; i < shown; ++i) {
    text += (text.empty() ? "" : ", ") + fit_text(types[i], kShownColumns);
  }
  if (shown < types.size()) text += " and " + std::to_string(types.size() - shown) + " more";
  return text;
}

std::string scheme_fact(const TagSet& tags, const LabelSet& labels) {
  const std::string count = std::to_string(labels.size()) + " tags";
  if (!tags.marks_spans()) {
    return count + " that do not mark spans: each token counts on its own";
  }
  const auto begin = std::ranges::find_if(labels.names(), [](const std::string& tag) {
    const TagKind kind = kind_of_tag(tag);
    return kind != TagKind::kOutside;
  });
  return count + " that mark spans in the scheme " + tags.scheme() + ", such as " +
         quoted_tag(*begin) + "; types: " + list_types(tags.types());
}

/// Returns which columns of the training file hold the tokens and tags, and the first ones.
std::string columns_fact(const Config& config) {
  const std::filesystem::path path = config.resolve_path(config.data.train);
  if (!std::filesystem::is_regular_file(path)) return "";  // the data came from a cache
  const auto reader = open_records(path.string(), config.data.format);
  Record record;
  if (!reader->next(record) || record.fault) return "";
  std::string text = record.where + ": ";
  if (const auto* conll = std::get_if<ConllFormat>(&config.data.format)) {
    const auto columns = static_cast<std::int64_t>(reader->columns().size());
    const bool has_tabs = record.fields.front().find('\t') != std::string::npos;
    text += "token from column " + std::to_string(conll->token) + ", tag from column " +
            std::to_string(conll->tag.value_or(columns - 1)) + " (from 0) of " +
            std::to_string(columns) + " columns separated by " +
            (has_tabs ? "tabs" : "white space");
  } else {
    text += "first tokens and tags";
  }
  for (std::size_t i = 0; i < std::min(record.tokens.size(), kShownTokens); ++i) {
    text +=
        (i == 0 ? ": " : ", ") + quoted_tag(record.tokens[i]) + " " + quoted_tag(record.tags[i]);
  }
  return text;
}

/// Whether the outside tag is the most frequent one although no tag marks spans: then the tags are
/// probably types of spans without marks.
bool looks_like_types(const EncodedDataset& rows, const LabelSet& labels) {
  std::vector<std::int64_t> counts(labels.names().size());
  for (std::int64_t row = 0; row < rows.size(); ++row) {
    for (const std::int32_t tag : rows.tags(row)) {
      if (tag >= 0) ++counts[static_cast<std::size_t>(tag)];
    }
  }
  const auto most = std::ranges::max_element(counts) - counts.begin();
  return kind_of_tag(labels.name(most)) == TagKind::kOutside;
}

}  // namespace

TagUse find_tag_use(const EncodedDataset& rows, const LabelSet& labels) {
  TagUse use{TagSet(labels.names()), 0};
  use.invalid_rows = count_invalid(rows, use.tags);
  if (use.invalid_rows == 0 || use.tags.scheme() != "BIO") return use;
  const TagSet iob1 = use.tags.as_iob1();
  if (count_invalid(rows, iob1) == 0) return {iob1, 0};
  return use;
}

TagNotes describe_tags(const Config& config, const EncodedDataset& train, const LabelSet& labels) {
  TagNotes notes;
  if (!train.is_tagged()) return notes;
  const TagUse use = find_tag_use(train, labels);
  if (const std::string columns = columns_fact(config); !columns.empty()) {
    notes.facts.push_back(columns);
  }
  notes.facts.push_back(scheme_fact(use.tags, labels));
  if (!use.tags.marks_spans() && looks_like_types(train, labels)) {
    notes.warnings.emplace_back(
        "most tokens have the outside tag, but the other tags have no mark such as B- or I-, so "
        "that "
        "F1 counts tokens, not spans; to read runs of equal tags as spans, set \"scheme\": \"bio\" "
        "in "
        "/data/format");
  }
  if (use.invalid_rows > 0) {
    notes.warnings.push_back(
        format_count(use.invalid_rows) + " of " + format_count(train.size()) +
        " training examples violate the scheme " + use.tags.scheme() +
        ", for example with an I that does not follow its B: a crf layer may predict such "
        "transitions, too; to correct them when reading, set \"scheme\": \"bio\" in /data/format");
  }
  return notes;
}

}  // namespace sequent
