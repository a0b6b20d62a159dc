// The names of the model's parameters inside an archive.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

namespace sequent {

/// `layers.2.weight_ih_l0` -> `layers_2_weight_ih_l0`: TorchScript attributes are identifiers.
inline std::string script_parameter_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

/// `layers.2.weight_ih_l0` -> `members.1.layers.2.weight_ih_l0`: the name of a weight of one of
/// several models whose outputs are averaged.
inline std::string member_weight_name(std::int64_t member, const std::string& name) {
  return "members." + std::to_string(member) + "." + name;
}

}  // namespace sequent
