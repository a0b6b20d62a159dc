// Name patterns with shell wildcards.
#pragma once

#include <string>
#include <vector>

namespace sequent {

/// Returns for each name whether `pattern` matches it: * matches any characters, ? any single one,
/// [ab] one of those listed. Errors: Config at `pointer` if the pattern matches no name.
std::vector<bool> names_matching(const std::string& pattern, const std::vector<std::string>& names,
                                 const std::string& pointer);

}  // namespace sequent
