// Selects the kernels for a precision.
#pragma once

#include <string>

#include "kernels/recurrent.h"
#include "sequent/precision.h"

namespace sequent {

/// Returns the float kernels for this precision.
/// Errors: Runtime, naming `where`, if bfloat16 is requested and this CPU or build has no
/// instructions for it, or SEQUENT_ISA disables them; Config for float16.
const kernels::Kernels<float>& kernels_for(Precision precision, const std::string& where);

}  // namespace sequent
