// What the recurrent layers of a model are trained on: kernels/, or LibTorch's operators.
#pragma once

#include <string>

#include "sequent/config.h"

namespace sequent {

/// Whether a recurrent layer of the model is trained on the kernels.
bool trains_on_kernels(const Config& config);

/// Names the first recurrent layer that is trained on LibTorch's operators, and why, such as
/// "layer 1 has zoneout"; empty if there is none.
std::string layer_on_operators(const Config& config);

}  // namespace sequent
