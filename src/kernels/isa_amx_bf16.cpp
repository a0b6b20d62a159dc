#define SEQUENT_VECTOR_BYTES 64
#define SEQUENT_BFLOAT16 1
#define SEQUENT_AMX 1
#include "kernels/isa.h"
#include "kernels/kernel_table.h"

namespace sequent::kernels {

constexpr Kernels<float> kAmx = make_kernels<float>("amx_bf16", update_values);

const Kernels<float>& amx_bf16() { return kAmx; }

}  // namespace sequent::kernels
