#include "sequent/tags.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>

namespace sequent {
namespace {

constexpr std::string_view kOutside = "O";

bool is_outside(std::string_view tag) {
  return tag == kOutside || tag == "o" || tag == "-" || tag == "_";
}

/// A tag's mark, in upper case, and its type.
struct MarkedTag {
  char mark = 'O';
  std::string_view type;
};

/// Returns a mark in upper case; nothing if the character is none.
std::optional<char> mark_of(char c) {
  constexpr std::string_view kMarks = "BIMELSU";
  const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (kMarks.find(upper) == std::string_view::npos) return std::nullopt;
  return upper;
}

bool is_separator(char c) { return c == '-' || c == '_'; }

/// Reads tags such as B-LOC.
std::optional<MarkedTag> read_prefixed(std::string_view tag) {
  if (tag.size() < 3 || !is_separator(tag[1])) return std::nullopt;
  const std::optional<char> mark = mark_of(tag[0]);
  if (!mark) return std::nullopt;
  return MarkedTag{*mark, tag.substr(2)};
}

/// Reads tags such as LOC-B.
std::optional<MarkedTag> read_suffixed(std::string_view tag) {
  if (tag.size() < 3 || !is_separator(tag[tag.size() - 2])) return std::nullopt;
  const std::optional<char> mark = mark_of(tag.back());
  if (!mark) return std::nullopt;
  return MarkedTag{*mark, tag.substr(0, tag.size() - 2)};
}

/// Reads tags such as B.
std::optional<MarkedTag> read_bare(std::string_view tag) {
  const std::optional<char> mark = tag.size() == 1 ? mark_of(tag[0]) : std::nullopt;
  if (!mark) return std::nullopt;
  return MarkedTag{*mark, TagSet::kBareType};
}

using TagReader = std::optional<MarkedTag> (*)(std::string_view);

/// Reads all tags; returns nothing if one of them is neither outside nor readable.
std::optional<std::vector<MarkedTag>> read_all(const std::vector<std::string>& tags,
                                               TagReader first, TagReader second) {
  std::vector<MarkedTag> marked;
  for (const std::string& tag : tags) {
    std::optional<MarkedTag> found = is_outside(tag) ? MarkedTag{} : first(tag);
    if (!found) found = second(tag);
    if (!found) return std::nullopt;
    marked.push_back(*found);
  }
  return marked;
}

bool has_mark(const std::vector<MarkedTag>& tags, std::string_view marks) {
  return std::any_of(tags.begin(), tags.end(), [&](const MarkedTag& tag) {
    return marks.find(tag.mark) != std::string_view::npos;
  });
}

/// Returns the marks and types of tags that mark spans; otherwise nothing. Tags such as B-S could
/// have their mark at either end; the other tags decide.
std::optional<std::vector<MarkedTag>> read_marks(const std::vector<std::string>& tags) {
  const auto count = [&](TagReader read) {
    return std::count_if(tags.begin(), tags.end(),
                         [&](const std::string& tag) { return read(tag).has_value(); });
  };
  const bool is_prefixed = count(read_prefixed) >= count(read_suffixed);
  const auto typed = read_all(tags, is_prefixed ? read_prefixed : read_suffixed,
                              is_prefixed ? read_suffixed : read_prefixed);
  if (typed && has_mark(*typed, "BIMELSU")) return typed;
  return read_all(tags, read_bare, read_bare);
}

}  // namespace

TagSet::TagSet(const std::vector<std::string>& tags) {
  std::optional<std::vector<MarkedTag>> marked = read_marks(tags);
  // Without a B, single letters are more likely to be parts of speech.
  if (marked && !has_mark(*marked, "BIMELSU")) marked.reset();
  if (marked && !has_mark(*marked, "B") && std::ranges::any_of(tags, [](const std::string& tag) {
        return read_bare(tag).has_value();
      })) {
    marked.reset();
  }
  marks_spans_ = marked.has_value();
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (!marks_spans_) {
      types_.push_back(tags[i]);
    } else if ((*marked)[i].mark != 'O') {
      types_.emplace_back((*marked)[i].type);
    }
  }
  std::sort(types_.begin(), types_.end());
  types_.erase(std::unique(types_.begin(), types_.end()), types_.end());
  const auto type_of = [&](std::string_view type) {
    return static_cast<std::int32_t>(std::lower_bound(types_.begin(), types_.end(), type) -
                                     types_.begin());
  };
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (!marks_spans_) {
      tags_.push_back({Place::kSingle, type_of(tags[i])});
      continue;
    }
    const auto [mark, type] = (*marked)[i];
    if (mark == 'O') {
      tags_.push_back({Place::kOutside, -1});
      continue;
    }
    Place place = Place::kInside;
    if (mark == 'B') place = Place::kBegin;
    if (mark == 'E' || mark == 'L') place = Place::kEnd;
    if (mark == 'S' || mark == 'U') place = Place::kSingle;
    has_ends_ = has_ends_ || place == Place::kEnd;
    has_begins_ = has_begins_ || place == Place::kBegin;
    marks_ += mark;
    tags_.push_back({place, type_of(type)});
  }
}

std::string TagSet::scheme() const {
  if (!marks_spans_) return "";
  const auto has = [&](std::string_view marks) {
    return marks_.find_first_of(marks) != std::string::npos;
  };
  if (has("M")) return "BMES";
  if (has("LU")) return "BILOU";
  if (has("ES")) return "BIOES";
  if (is_iob1_) return "IOB1";
  return has_begins_ ? "BIO" : "IO";
}

TagSet TagSet::as_iob1() const {
  TagSet result = *this;
  result.is_iob1_ = true;
  return result;
}

TagKind kind_of_tag(std::string_view tag) {
  if (is_outside(tag)) return TagKind::kOutside;
  if (const auto bare = read_bare(tag)) {
    return tag == "B" || tag == "b" ? TagKind::kBareBegin : TagKind::kBareMark;
  }
  const std::optional<MarkedTag> prefixed = read_prefixed(tag);
  const std::optional<MarkedTag> suffixed = read_suffixed(tag);
  if (!prefixed && !suffixed) return TagKind::kUnmarked;
  if ((prefixed && prefixed->mark == 'B') || (suffixed && suffixed->mark == 'B')) {
    return TagKind::kBegin;
  }
  const bool is_usual = prefixed && prefixed->mark == tag[0] && tag[1] == '-';
  return is_usual ? TagKind::kInside : TagKind::kUnclear;
}

// The rules of conlleval (Tjong Kim Sang and Buchholz 2000). They apply to every scheme.

bool TagSet::ends_before(const Tag& tag, const Tag& next) {
  if (tag.place == Place::kOutside) return false;
  if (tag.place == Place::kEnd || tag.place == Place::kSingle) return true;
  return next.place == Place::kOutside || next.place == Place::kBegin ||
         next.place == Place::kSingle || tag.type != next.type;
}

bool TagSet::begins_at(const Tag& before, const Tag& tag) {
  if (tag.place == Place::kOutside) return false;
  if (tag.place == Place::kBegin || tag.place == Place::kSingle) return true;
  return before.place == Place::kOutside || before.place == Place::kEnd ||
         before.place == Place::kSingle || before.type != tag.type;
}

std::vector<TagSpan> TagSet::spans(std::span<const std::int32_t> tags) const {
  std::vector<TagSpan> found;
  const Tag edge{Place::kOutside, -1};
  std::int64_t begin = 0;
  for (std::size_t i = 0; i <= tags.size(); ++i) {
    const Tag& before = i == 0 ? edge : tag(tags[i - 1]);
    const Tag& here = i == tags.size() ? edge : tag(tags[i]);
    const auto at = static_cast<std::int64_t>(i);
    if (ends_before(before, here)) found.push_back({begin, at, before.type});
    if (begins_at(before, here)) begin = at;
  }
  return found;
}

namespace {

/// Returns a tag of each token's own that marks the same spans: such as I-LOC.
std::vector<std::string> with_marks(const std::vector<std::string>& tags) {
  std::vector<std::string> result;
  const std::optional<std::vector<MarkedTag>> marked = read_marks(tags);
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const MarkedTag tag = marked                ? (*marked)[i]
                          : is_outside(tags[i]) ? MarkedTag{}
                                                : MarkedTag{'I', tags[i]};
    result.push_back(tag.mark == 'O' ? std::string(kOutside)
                                     : std::string(1, tag.mark) + "-" + std::string(tag.type));
  }
  return result;
}

/// Returns the marks of a span's tokens. `follows` says whether a span of the same type ends where
/// this one begins.
char mark_in(TagScheme scheme, bool is_first, bool is_last, bool follows) {
  switch (scheme) {
    case TagScheme::kBio:
      return is_first ? 'B' : 'I';
    case TagScheme::kIob1:
      return is_first && follows ? 'B' : 'I';
    case TagScheme::kBioes:
    case TagScheme::kBmes:
      if (is_last) return is_first ? 'S' : 'E';
      if (is_first) return 'B';
      return scheme == TagScheme::kBmes ? 'M' : 'I';
  }
  return 'I';
}

}  // namespace

std::vector<std::string> convert_tags(const std::vector<std::string>& tags, TagScheme scheme) {
  const std::vector<std::string> marked = with_marks(tags);
  const TagSet set(marked);
  std::vector<std::string> result(tags.size(), std::string(kOutside));
  if (!set.marks_spans()) return result;
  std::vector<std::int32_t> numbers(tags.size());
  std::iota(numbers.begin(), numbers.end(), 0);  // treats each token's tag as distinct
  TagSpan before{-1, -1, -1};
  for (const TagSpan& span : set.spans(numbers)) {
    const std::string& type = set.types()[static_cast<std::size_t>(span.type)];
    const bool follows = before.end == span.begin && before.type == span.type;
    for (std::int64_t i = span.begin; i < span.end; ++i) {
      std::string& tag = result[static_cast<std::size_t>(i)];
      tag = mark_in(scheme, i == span.begin, i + 1 == span.end, follows);
      tag += "-" + type;
    }
    before = span;
  }
  return result;
}

bool TagSet::may_follow(std::int32_t tag_index, std::int32_t next_index) const {
  if (!marks_spans_) return true;
  const Tag edge{Place::kOutside, -1};
  const Tag& before = tag_index == kEdge ? edge : tag(tag_index);
  const Tag& next = next_index == kEdge ? edge : tag(next_index);
  const bool open = before.place == Place::kBegin || before.place == Place::kInside;
  if (is_iob1_) return next.place != Place::kBegin || (open && before.type == next.type);
  const bool goes_on = next.place == Place::kInside || next.place == Place::kEnd;
  if (goes_on) return !has_begins_ || (open && before.type == next.type);
  return !(open && has_ends_);
}

}  // namespace sequent
