// Patterns for names, as shells have them for files.
#pragma once

#include <string>
#include <vector>

namespace sequent {

/// Of each name whether `pattern` stands for it: * for any letters, ? for any one, [ab] for one of
/// these. Errors: Config at `pointer` if it stands for none of them.
std::vector<bool> names_matching(const std::string& pattern, const std::vector<std::string>& names,
                                 const std::string& pointer);

}  // namespace sequent
