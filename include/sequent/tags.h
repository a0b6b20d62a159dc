// Token tags, and the spans (entities) that they mark.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sequent/data_spec.h"

namespace sequent {

/// The tokens [begin, end) that form one span.
struct TagSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int32_t type = 0;  // index into TagSet::types()
  bool operator==(const TagSpan&) const = default;
};

/// The meaning of a model's tags. If every tag is O, or a prefix and a type such as B-LOC, the tags
/// mark spans. B begins a span, I (or M) continues it, E (or L) ends it, and S (or U) is a span of
/// a single token. This covers BIO, IO, BIOES, BILOU and BMES. Any other tags, such as parts of
/// speech, are types themselves, and each token is its own span.
class TagSet {
 public:
  explicit TagSet(const std::vector<std::string>& tags);

  bool marks_spans() const { return marks_spans_; }

  /// The types in byte order.
  const std::vector<std::string>& types() const { return types_; }

  /// Returns the spans of one row's tags, in order. Invalid transitions are interpreted as
  /// conlleval does: an I without a preceding B begins a span. Range: tags are 0..size-1.
  std::vector<TagSpan> spans(std::span<const std::int32_t> tags) const;

  /// Returns whether the scheme allows tag `next` after tag `tag`. kEdge stands for the position
  /// before the first tag and after the last.
  bool may_follow(std::int32_t tag, std::int32_t next) const;
  static constexpr std::int32_t kEdge = -1;

  std::int64_t size() const { return static_cast<std::int64_t>(tags_.size()); }

 private:
  enum class Place { kOutside, kBegin, kInside, kEnd, kSingle };
  struct Tag {
    Place place = Place::kSingle;
    std::int32_t type = -1;
  };
  const Tag& tag(std::int32_t index) const { return tags_[static_cast<std::size_t>(index)]; }
  static bool ends_before(const Tag& tag, const Tag& next);
  static bool begins_at(const Tag& before, const Tag& tag);

  bool marks_spans_ = true;
  bool has_ends_ = false;    // the scheme marks span ends, as in BIOES
  bool has_begins_ = false;  // false in IO, where an I can also begin a span
  std::vector<std::string> types_;
  std::vector<Tag> tags_;
};

/// Converts one row's tags to another scheme and keeps the spans. Invalid transitions are
/// interpreted as conlleval does. If a tag does not mark spans, the tags are returned unchanged.
std::vector<std::string> convert_tags(const std::vector<std::string>& tags, TagScheme scheme);

}  // namespace sequent
