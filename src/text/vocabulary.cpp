#include <algorithm>
#include <array>
#include <utility>

#include "sequent/error.h"
#include "sequent/text.h"

namespace sequent {

std::string join_texts(const std::vector<std::string>& texts) {
  std::string joined;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) joined.append(" ").append(kTextSeparator).append(" ");
    std::string part = texts[i];
    for (std::size_t at = part.find(kTextSeparator); at != std::string::npos;
         at = part.find(kTextSeparator, at + 1)) {
      part.replace(at, kTextSeparator.size(), " ");
    }
    joined += part;
  }
  return joined;
}

namespace {

constexpr std::array<std::string_view, Vocabulary::kReserved> kReservedNames{"<pad>", "<unk>",
                                                                             "<empty>"};

bool is_reserved(std::string_view token) {
  return std::find(kReservedNames.begin(), kReservedNames.end(), token) != kReservedNames.end();
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> tokens) {
  tokens_.reserve(tokens.size() + kReserved);
  tokens_.assign(kReservedNames.begin(), kReservedNames.end());
  ids_.reserve(tokens.size());
  for (std::string& token : tokens) {
    const std::string where = "vocabulary, token " + std::to_string(tokens_.size() - kReserved);
    if (token.empty()) throw Error(ErrorKind::kArtifact, where, "found an empty token");
    if (is_reserved(token)) {
      throw Error(ErrorKind::kArtifact, where, "found \"" + token + "\"; this name is reserved");
    }
    const auto [earlier, is_new] = ids_.emplace(token, size());
    if (!is_new) {
      throw Error(ErrorKind::kArtifact, where,
                  "found \"" + token + "\", which is already token " +
                      std::to_string(earlier->second - kReserved));
    }
    tokens_.push_back(std::move(token));
  }
}

std::int64_t Vocabulary::id(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? kUnknown : found->second;
}

void VocabularyBuilder::add(std::string_view token, std::int64_t count) {
  const auto found = counts_.find(token);
  if (found != counts_.end()) {
    found->second += count;
  } else {
    counts_.emplace(token, count);
  }
}

void VocabularyBuilder::merge(const VocabularyBuilder& other) {
  for (const auto& [token, count] : other.counts_) add(token, count);
}

Vocabulary VocabularyBuilder::build(const VocabularySpec& spec, const Vocabulary& known) const {
  using Entry = std::pair<std::string_view, std::int64_t>;
  std::vector<Entry> entries;
  for (const auto& [token, count] : counts_) {
    // The whitespace tokenizer can produce "<pad>" as a token of the text. Such a token never gets
    // an id, no matter how often it occurs.
    const bool is_new = !is_reserved(token) && known.id(token) == Vocabulary::kUnknown;
    if (count >= spec.min_count && is_new) entries.emplace_back(token, count);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  const auto room =
      static_cast<std::size_t>(std::max<std::int64_t>(0, spec.max_size - known.size()));
  if (entries.size() > room) entries.resize(room);

  std::vector<std::string> tokens(known.tokens().begin() + Vocabulary::kReserved,
                                  known.tokens().end());
  tokens.reserve(tokens.size() + entries.size());
  for (const Entry& entry : entries) tokens.emplace_back(entry.first);
  return Vocabulary(std::move(tokens));
}

LabelSet::LabelSet(std::vector<std::string> names) : names_(std::move(names)) {
  std::sort(names_.begin(), names_.end());
  if (names_.size() < 2) {
    std::string found = "found no labels";
    if (names_.size() == 1) found = "found only the label \"" + names_.front() + "\"";
    throw Error(ErrorKind::kData, "labels", found + "; a classifier needs at least two");
  }
  check_names(names_);
}

LabelSet LabelSet::of_targets(std::vector<std::string> names) {
  if (names.empty()) throw Error(ErrorKind::kData, "targets", "found none; expected at least one");
  LabelSet result;
  result.names_ = std::move(names);
  result.are_targets_ = true;
  std::vector<std::string> sorted = result.names_;
  std::sort(sorted.begin(), sorted.end());
  result.check_names(std::move(sorted));
  return result;
}

LabelSet LabelSet::with_sequence_labels(std::vector<std::string> sequence_names) const {
  LabelSet result = *this;
  result.sequence_names_ = LabelSet(std::move(sequence_names)).names_;
  return result;
}

std::optional<std::int64_t> LabelSet::find_sequence_label(std::string_view name) const {
  const auto found = std::lower_bound(sequence_names_.begin(), sequence_names_.end(), name);
  if (found == sequence_names_.end() || *found != name) return std::nullopt;
  return found - sequence_names_.begin();
}

void LabelSet::check_names(std::vector<std::string> sorted) const {
  const char* where = are_targets_ ? "targets" : "labels";
  if (sorted.front().empty()) throw Error(ErrorKind::kData, where, "found an empty name");
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw Error(ErrorKind::kData, where, "found \"" + *twice + "\" twice");
  }
}

std::optional<std::int64_t> LabelSet::find(std::string_view name) const {
  if (are_targets_) return std::nullopt;
  const auto found = std::lower_bound(names_.begin(), names_.end(), name);
  if (found == names_.end() || *found != name) return std::nullopt;
  return found - names_.begin();
}

}  // namespace sequent
