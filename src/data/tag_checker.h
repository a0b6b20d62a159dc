// Finds single tags that do not fit the other tags of a file, such as 0 among O, B-LOC and I-LOC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sequent/error.h"
#include "sequent/tags.h"

namespace sequent {

/// Returns a token or tag for a message: in quotes, and cut if it is long.
std::string quoted_tag(const std::string& tag);

/// Reads the tags of a file in order. If they mark spans, every other tag is an error, because a
/// single one would turn all spans into tokens. Parts of speech and other tags are never errors.
class TagChecker {
 public:
  /// Returns an error if this tag, or an earlier one, does not fit. `place` is a function that
  /// returns the tag's `file:line`.
  template <class Place>
  std::optional<Issue> check(std::string_view tag, const Place& place) {
    const TagKind kind = kind_of_tag(tag);
    const auto index = static_cast<std::size_t>(kind);
    if (!firsts_[index]) firsts_[index] = Seen{std::string(tag), place()};
    if (!spans_are_meant()) return std::nullopt;
    if (const std::optional<Seen> odd = earlier_odd_tag()) return issue(*odd);
    if (!is_odd(kind)) return std::nullopt;
    return issue({std::string(tag), place()});
  }

 private:
  struct Seen {
    std::string tag;
    std::string place;
  };
  static constexpr std::size_t kKinds = static_cast<std::size_t>(TagKind::kUnmarked) + 1;

  const std::optional<Seen>& first(TagKind kind) const {
    return firsts_[static_cast<std::size_t>(kind)];
  }
  bool spans_are_typed() const;
  bool spans_are_meant() const;
  bool is_odd(TagKind kind) const;
  std::optional<Seen> earlier_odd_tag();
  Issue issue(const Seen& odd) const;

  std::optional<Seen> firsts_[kKinds];
  bool has_reported_earlier_ = false;
};

}  // namespace sequent
