// The precision of the matrix products in recurrent layers.
#pragma once

namespace sequent {

enum class Precision {
  kFloat32,
  kBfloat16,  // operands are rounded to 8 significant bits; sums are float32
  kFloat16,   // GPU only: operands are rounded to 11 bits, with a smaller range
  kAuto       // kBfloat16 if the CPU has instructions for it
};

/// Whether the CPU kernels round the operands of products, if the CPU supports it.
constexpr bool rounds_on_cpu(Precision precision) {
  return precision == Precision::kBfloat16 || precision == Precision::kAuto;
}

}  // namespace sequent
