// The tables of the instruction sets; isa_avx*.cpp are built for x86-64 alone.
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
/// Only after the system has allowed the process to use the tiles.
const Kernels<float>& amx_bf16();

}  // namespace sequent::kernels
