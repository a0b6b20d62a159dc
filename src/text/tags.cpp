#include "sequent/tags.h"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace sequent {
namespace {

constexpr std::string_view kOutside = "O";

bool has_prefix(std::string_view tag) {
  constexpr std::string_view kPrefixes = "BIMELSU";
  return tag.size() > 2 && tag[1] == '-' && kPrefixes.find(tag[0]) != std::string_view::npos;
}

}  // namespace

TagSet::TagSet(const std::vector<std::string>& tags) {
  marks_spans_ = std::any_of(tags.begin(), tags.end(), has_prefix) &&
                 std::all_of(tags.begin(), tags.end(), [](const std::string& tag) {
                   return tag == kOutside || has_prefix(tag);
                 });
  for (const std::string& tag : tags) {
    if (!marks_spans_) {
      types_.push_back(tag);
    } else if (tag != kOutside) {
      types_.push_back(tag.substr(2));
    }
  }
  std::sort(types_.begin(), types_.end());
  types_.erase(std::unique(types_.begin(), types_.end()), types_.end());
  const auto type_of = [&](const std::string& type) {
    return static_cast<std::int32_t>(std::lower_bound(types_.begin(), types_.end(), type) -
                                     types_.begin());
  };
  for (const std::string& name : tags) {
    if (!marks_spans_) {
      tags_.push_back({Place::kSingle, type_of(name)});
    } else if (name == kOutside) {
      tags_.push_back({Place::kOutside, -1});
    } else {
      const char prefix = name[0];
      Place place = Place::kInside;
      if (prefix == 'B') place = Place::kBegin;
      if (prefix == 'E' || prefix == 'L') place = Place::kEnd;
      if (prefix == 'S' || prefix == 'U') place = Place::kSingle;
      has_ends_ = has_ends_ || place == Place::kEnd;
      has_begins_ = has_begins_ || place == Place::kBegin;
      tags_.push_back({place, type_of(name.substr(2))});
    }
  }
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

std::vector<std::string> convert_tags(const std::vector<std::string>& tags, TagScheme scheme) {
  const TagSet set(tags);
  if (!set.marks_spans()) return tags;
  std::vector<std::int32_t> numbers(tags.size());
  std::iota(numbers.begin(), numbers.end(), 0);  // treats each token's tag as distinct
  std::vector<std::string> result(tags.size(), std::string(kOutside));
  for (const TagSpan& span : set.spans(numbers)) {
    const std::string& type = set.types()[static_cast<std::size_t>(span.type)];
    for (std::int64_t i = span.begin; i < span.end; ++i) {
      const bool first = i == span.begin;
      const bool last = i + 1 == span.end;
      char prefix = first ? 'B' : scheme == TagScheme::kBmes ? 'M' : 'I';
      if (scheme != TagScheme::kBio && last) prefix = first ? 'S' : 'E';
      result[static_cast<std::size_t>(i)] = std::string(1, prefix) + "-" + type;
    }
  }
  return result;
}

bool TagSet::may_follow(std::int32_t tag_index, std::int32_t next_index) const {
  if (!marks_spans_) return true;
  const Tag edge{Place::kOutside, -1};
  const Tag& before = tag_index == kEdge ? edge : tag(tag_index);
  const Tag& next = next_index == kEdge ? edge : tag(next_index);
  const bool open = before.place == Place::kBegin || before.place == Place::kInside;
  const bool goes_on = next.place == Place::kInside || next.place == Place::kEnd;
  if (goes_on) return !has_begins_ || (open && before.type == next.type);
  return !(open && has_ends_);
}

}  // namespace sequent
