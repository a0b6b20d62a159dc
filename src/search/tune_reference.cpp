#include "core/option_reference.h"
#include "search/tune_spec.h"

namespace sequent {

std::string tune_reference() {
  return option_reference<TuneSpec>({.title = "Search file reference",
                                     .root = "search file",
                                     .command = "sequent tune --reference",
                                     .file = "docs/reference/search.md"});
}

}  // namespace sequent
