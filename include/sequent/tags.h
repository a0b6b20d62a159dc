// Token tags, and the spans (entities) that they mark.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sequent/data_format_spec.h"

namespace sequent {

/// The tokens [begin, end) that form one span.
struct TagSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int32_t type = 0;  // index into TagSet::types()
  bool operator==(const TagSpan&) const = default;
};

/// The meaning of a model's tags. If every tag is outside of spans, or a mark and a type such as
/// B-LOC, the tags mark spans. B begins a span, I (or M) continues it, E (or L) ends it, and S (or
/// U) is a span of a single token. This covers BIO, IO, BIOES, BILOU, BMES and IOB1. The mark is in
/// either case, before or after the type, with - or _ between them (B-LOC, b_LOC, LOC-B), or alone
/// (B), which gives spans of the type kBareType. O, o, - and _ are outside. Any other tags, such as
/// parts of speech, are types themselves, and each token is its own span.
class TagSet {
 public:
  explicit TagSet(const std::vector<std::string>& tags);

  static constexpr std::string_view kBareType = "span";

  bool marks_spans() const { return marks_spans_; }

  /// Returns the name of the scheme, such as BIO; nothing if the tags do not mark spans.
  std::string scheme() const;

  /// Returns the same tags under the rules of IOB1, where I also begins a span, and B begins one
  /// only directly after a span of the same type. The names alone do not tell IOB1 from BIO.
  TagSet as_iob1() const;

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
  bool is_iob1_ = false;
  std::string marks_;  // the letters that occur as marks, in upper case
  std::vector<std::string> types_;
  std::vector<Tag> tags_;
};

/// Converts one row's tags to another scheme, in the spelling B-LOC, and keeps the spans. Invalid
/// transitions are interpreted as conlleval does. Tags without a mark, such as LOC, are types:
/// adjacent equal ones are one span.
std::vector<std::string> convert_tags(const std::vector<std::string>& tags, TagScheme scheme);

/// What a single tag shows, without the others.
enum class TagKind {
  kOutside,    // O, o, - or _
  kBegin,      // a mark that begins a span, and a type: B-LOC, LOC_b
  kInside,     // I, M, E, L, S or U in the usual spelling: I-LOC
  kBareBegin,  // B
  kBareMark,   // any other mark without a type
  kUnclear,    // a mark in an unusual spelling, or a part of speech such as s_x
  kUnmarked,
};
TagKind kind_of_tag(std::string_view tag);

}  // namespace sequent
