#define SEQUENT_VECTOR_BYTES 64
#define SEQUENT_BFLOAT16 1
#include "kernels/isa.h"
#include "kernels/kernel_table.h"

namespace sequent::kernels {

constexpr Kernels<float> kBfloat16 = make_kernels<float>("avx512_bf16", update_values);

const Kernels<float>& avx512_bf16() { return kBfloat16; }

}  // namespace sequent::kernels
