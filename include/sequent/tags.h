// Tags of tokens, and the entities they mark.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sequent/data_spec.h"

namespace sequent {

/// Tokens [begin, end) that belong together.
struct TagSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int32_t type = 0;  // index into TagSet::types()
  bool operator==(const TagSpan&) const = default;
};

/// What a model's tags mean. If each is O, or a prefix and a type such as B-LOC, they mark spans:
/// B begins one, I (or M) goes on, E (or L) ends it, S (or U) is one of a single token; so BIO,
/// IO, BIOES, BILOU and BMES are understood. Other tags, parts of speech for example, are types
/// themselves, and each token is a span of its own.
class TagSet {
 public:
  explicit TagSet(const std::vector<std::string>& tags);

  bool marks_spans() const { return marks_spans_; }

  /// In byte order.
  const std::vector<std::string>& types() const { return types_; }

  /// The spans of one row's tags, in order. Tags that break the scheme are read as conlleval reads
  /// them: an I without its B begins a span. Range: tags 0..size-1.
  std::vector<TagSpan> spans(std::span<const std::int32_t> tags) const;

  /// Whether the scheme allows tag `next` after tag `tag`. kEdge stands for what is before the
  /// first tag and after the last.
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
  bool has_ends_ = false;    // of spans, as BIOES has them
  bool has_begins_ = false;  // IO has none: there an I begins a span as well
  std::vector<std::string> types_;
  std::vector<Tag> tags_;
};

/// One row's tags with the same spans in another scheme; tags that break theirs are read as
/// conlleval reads them. Tags of which one marks no span stay as they are.
std::vector<std::string> convert_tags(const std::vector<std::string>& tags, TagScheme scheme);

}  // namespace sequent
