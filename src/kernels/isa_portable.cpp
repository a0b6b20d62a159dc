#define SEQUENT_VECTOR_BYTES 16
#include "kernels/isa.h"
#include "kernels/kernel_table.h"

namespace sequent::kernels {

constexpr Kernels<float> kFloat = make_kernels<float>("portable", update_values);
constexpr Kernels<double> kDouble = make_kernels<double>("portable", nullptr);

const Kernels<float>& portable_float() { return kFloat; }
const Kernels<double>& portable_double() { return kDouble; }

}  // namespace sequent::kernels
