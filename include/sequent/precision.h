// How exactly the products of recurrent layers are computed.
#pragma once

namespace sequent {

enum class Precision {
  kFloat32,
  kBfloat16,  // what is multiplied is rounded to 8 bits, the sums are float32
  kFloat16,   // on a GPU: rounded to 11 bits, of a smaller range
  kAuto       // kBfloat16 on a CPU that has instructions for it
};

/// Whether the CPU's kernels round what they multiply, where they can.
constexpr bool rounds_on_cpu(Precision precision) {
  return precision == Precision::kBfloat16 || precision == Precision::kAuto;
}

}  // namespace sequent
