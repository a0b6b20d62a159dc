// The nearest allowed name for a misspelt one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// With A to Z made a to z.
std::string lower_ascii(std::string_view text);

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours:
/// Damerau 1964, restricted), if it is at most a third of the longer name's length, at least 1;
/// else "".
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// `; did you mean "x"?`, or "" if nothing is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

/// `a, b or c`, each in quotes if `quoted`.
std::string list_alternatives(const std::vector<std::string>& names, bool quoted = true);

}  // namespace sequent
