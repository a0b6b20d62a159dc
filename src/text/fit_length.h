// How many tokens the model reads of a text: how too long ones are cut and short ones filled up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sequent/text.h"

namespace sequent {

/// Calls `use(line, is_last)` for each line of a text; CR before LF is part of the line's end.
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

/// Cuts `ids` to max_length at the side `cut`; true if something was cut off.
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

/// What the model reads for a text with these tokens: `<empty>` for none, and where the config asks
/// for it `<pad>` up to max_length.
inline void complete_ids(std::vector<std::int32_t>& ids, const TextInput& spec) {
  if (ids.empty()) ids.push_back(static_cast<std::int32_t>(Vocabulary::kEmpty));
  const auto limit = static_cast<std::size_t>(spec.max_length);
  if (!spec.padding || ids.size() >= limit) return;
  const auto at = *spec.padding == Side::kPre ? ids.begin() : ids.end();
  ids.insert(at, limit - ids.size(), static_cast<std::int32_t>(Vocabulary::kPad));
}

}  // namespace sequent
