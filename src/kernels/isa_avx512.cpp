#define SEQUENT_VECTOR_BYTES 64
#include "kernels/isa.h"
#include "kernels/kernel_table.h"

namespace sequent::kernels {

constexpr Kernels<float> kFloat = make_kernels<float>("avx512", update_values);
constexpr Kernels<double> kDouble = make_kernels<double>("avx512", nullptr);

const Kernels<float>& avx512_float() { return kFloat; }
const Kernels<double>& avx512_double() { return kDouble; }

}  // namespace sequent::kernels
