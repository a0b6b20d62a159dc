// The names of the model's parameters inside an archive.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sequent {

/// The part of a weight's name before that of the second text of a pair, if it has its own:
/// `layers.2.second.weight_ih_l0`. See Config::second_encoder.
inline constexpr const char* kSecondText = "second";

/// `layers.2.`, or for the second text's own weights `layers.2.second.`
inline std::string layer_prefix(std::size_t layer, bool of_second_text = false) {
  std::string prefix = "layers." + std::to_string(layer) + ".";
  if (of_second_text) prefix.append(kSecondText).append(".");
  return prefix;
}

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
