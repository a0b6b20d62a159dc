// How an encoded text is fitted to the model's length: truncation and padding.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sequent/text.h"

namespace sequent {

/// Calls `use(line, is_last)` for each line of a text. A CR before LF belongs to the line end.
template <class Use>
void for_each_line(std::string_view text, const Use& use) {
  while (true) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return use(text, true);
    const bool has_return = end > 0 && text[end - 1] == '\r';
    use(text.substr(0, has_return ? end - 1 : end), false);
    text.remove_prefix(end + 1);
  }
}

/// Truncates `ids` to max_length at the side `cut`. Returns whether it removed anything.
inline bool truncate_ids(std::vector<std::int32_t>& ids, std::int64_t max_length, Side cut) {
  const auto limit = static_cast<std::size_t>(max_length);
  if (ids.size() <= limit) return false;
  if (cut == Side::kPre) {
    ids.erase(ids.begin(), ids.end() - static_cast<std::ptrdiff_t>(limit));
  } else {
    ids.resize(limit);
  }
  return true;
}

/// Completes the ids of a text: adds `<empty>` if there are none, and pads with `<pad>` to
/// max_length if the config enables padding.
inline void complete_ids(std::vector<std::int32_t>& ids, const TextInput& spec) {
  if (ids.empty()) ids.push_back(static_cast<std::int32_t>(Vocabulary::kEmpty));
  const auto limit = static_cast<std::size_t>(spec.max_length);
  if (!spec.padding || ids.size() >= limit) return;
  const auto at = *spec.padding == Side::kPre ? ids.begin() : ids.end();
  ids.insert(at, limit - ids.size(), static_cast<std::int32_t>(Vocabulary::kPad));
}

}  // namespace sequent
