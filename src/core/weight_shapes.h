// The weights of a model, as they follow from its config.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent {

struct WeightShape {
  std::string name;  // in the model: layers.2.weight_ih_l0
  std::vector<std::int64_t> shape;
  bool is_bytes = false;  // of 8-bit unsigned integers instead of 32-bit floats
  bool operator==(const WeightShape&) const = default;
};

/// Returns all weights of a model, layer by layer. The modules in src/model/ have the same. If
/// `config` has several members, returns the weights of each, by their member_weight_name.
std::vector<WeightShape> weight_shapes(const ResolvedConfig& config);

}  // namespace sequent
