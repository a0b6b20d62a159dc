// What other toolkits call the things of a config.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// `; here ...` for a name that Keras or PyTorch has for something else here; else as did_you_mean.
/// For a name that is not among `allowed`.
std::string suggest_name(std::string_view name, const std::vector<std::string>& allowed);

}  // namespace sequent
