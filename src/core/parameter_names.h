// The names of the model's parameters inside an archive.
#pragma once

#include <algorithm>
#include <string>

namespace sequent {

/// `layers.2.weight_ih_l0` -> `layers_2_weight_ih_l0`: TorchScript attributes are identifiers.
inline std::string script_parameter_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace sequent
