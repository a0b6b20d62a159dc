#include "data/tag_checker.h"

#include "text/text_table.h"

namespace sequent {

std::string quoted_tag(const std::string& tag) {
  constexpr std::size_t kShownColumns = 40;
  return '"' + fit_text(tag, kShownColumns) + '"';
}

bool TagChecker::spans_are_typed() const {
  const bool begins = first(TagKind::kBegin).has_value();
  const bool goes_on = first(TagKind::kInside).has_value();
  return first(TagKind::kOutside) ? begins || goes_on : begins && goes_on;
}

bool TagChecker::spans_are_meant() const {
  return spans_are_typed() || (first(TagKind::kOutside) && first(TagKind::kBareBegin));
}

bool TagChecker::is_odd(TagKind kind) const {
  if (kind == TagKind::kUnmarked) return true;
  return spans_are_typed() && (kind == TagKind::kBareBegin || kind == TagKind::kBareMark);
}

/// Returns the first tag that turns out not to fit, once.
std::optional<TagChecker::Seen> TagChecker::earlier_odd_tag() {
  if (has_reported_earlier_) return std::nullopt;
  has_reported_earlier_ = true;
  for (const TagKind kind : {TagKind::kUnmarked, TagKind::kBareBegin, TagKind::kBareMark}) {
    if (first(kind) && is_odd(kind)) return first(kind);
  }
  return std::nullopt;
}

Issue TagChecker::issue(const Seen& odd) const {
  const std::optional<Seen>* example = &first(TagKind::kBareBegin);
  if (spans_are_typed()) example = &first(TagKind::kBegin);
  if (!*example) example = &first(TagKind::kInside);
  const std::string& outside = first(TagKind::kOutside) ? first(TagKind::kOutside)->tag : "O";
  return {odd.place, "found the tag " + quoted_tag(odd.tag) + "; expected \"" + outside +
                         "\" or a tag such as " + quoted_tag((*example)->tag) +
                         ", because the tags of this file mark spans; is it a typing error?"};
}

}  // namespace sequent
