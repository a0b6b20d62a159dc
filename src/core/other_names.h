// Names that other toolkits use for config options.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Returns a suggestion for an unknown name, one that is not among `allowed`: Sequent's name or
/// advice for a name from Keras or PyTorch; otherwise the result of did_you_mean.
std::string suggest_name(std::string_view name, const std::vector<std::string>& allowed);

}  // namespace sequent
