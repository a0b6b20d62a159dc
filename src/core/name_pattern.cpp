#include "core/name_pattern.h"

#include <fnmatch.h>

#include <algorithm>

#include "sequent/error.h"

namespace sequent {

std::vector<bool> names_matching(const std::string& pattern, const std::vector<std::string>& names,
                                 const std::string& pointer) {
  std::vector<bool> matches;
  matches.reserve(names.size());
  for (const std::string& name : names) {
    matches.push_back(fnmatch(pattern.c_str(), name.c_str(), 0) == 0);
  }
  if (std::find(matches.begin(), matches.end(), true) == matches.end()) {
    constexpr std::size_t kMostNames = 12;
    std::string known;
    for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
      known += (i == 0 ? "" : ", ") + names[i];
    }
    if (names.size() > kMostNames) known += ", ...";
    throw Error(ErrorKind::kConfig, pointer,
                "found \"" + pattern +
                    "\", which matches no weights; expected a pattern for some of " + known);
  }
  return matches;
}

}  // namespace sequent
