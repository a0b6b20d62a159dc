// Suggestions for misspelled names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Converts A-Z to a-z.
std::string lower_ascii(std::string_view text);

/// Returns the candidate with the smallest edit distance (insertions, deletions, substitutions and
/// swaps of adjacent characters: restricted Damerau 1964), if the distance is at most a third of
/// the longer name's length (at least 1 is always allowed); otherwise "".
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// Returns `; did you mean "x"?`, or "" if no candidate is close.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

/// Returns `a, b or c`, with each name in quotes if `quoted`.
std::string list_alternatives(const std::vector<std::string>& names, bool quoted = true);

}  // namespace sequent
