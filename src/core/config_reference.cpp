#include "core/option_reference.h"
#include "sequent/config.h"

namespace sequent {

std::string config_reference() {
  return option_reference<Config>({.title = "Config reference",
                                   .root = "config",
                                   .command = "sequent config reference",
                                   .file = "docs/reference/config.md"});
}

}  // namespace sequent
