#define SEQUENT_VECTOR_BYTES 32
#include "kernels/isa.h"
#include "kernels/kernel_table.h"

namespace sequent::kernels {

constexpr Kernels<float> kFloat = make_kernels<float>("avx2", update_values);
constexpr Kernels<double> kDouble = make_kernels<double>("avx2", nullptr);

const Kernels<float>& avx2_float() { return kFloat; }
const Kernels<double>& avx2_double() { return kDouble; }

}  // namespace sequent::kernels
