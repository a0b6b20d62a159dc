// The kernel tables of the instruction sets. The isa_avx*.cpp files are built on x86-64 only.
#pragma once

#include "kernels/recurrent.h"

namespace sequent::kernels {

const Kernels<float>& portable_float();
const Kernels<double>& portable_double();
const Kernels<float>& avx2_float();
const Kernels<double>& avx2_double();
const Kernels<float>& avx512_float();
const Kernels<double>& avx512_double();
const Kernels<float>& avx512_bf16();
/// Call this only after the operating system has granted the process permission to use AMX tiles.
const Kernels<float>& amx_bf16();

}  // namespace sequent::kernels
