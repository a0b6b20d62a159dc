// Which kernels compute in a precision.
#pragma once

#include <string>

#include "kernels/recurrent.h"
#include "sequent/precision.h"

namespace sequent {

/// The float kernels of this precision. Errors: Runtime, naming `where`, if bfloat16 is asked for
/// and this CPU or build has no instructions for it, or SEQUENT_ISA forbids them.
const kernels::Kernels<float>& kernels_for(Precision precision, const std::string& where);

}  // namespace sequent
