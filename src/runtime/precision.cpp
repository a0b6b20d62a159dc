#include "runtime/precision.h"

#include "sequent/error.h"

namespace sequent {

const kernels::Kernels<float>& kernels_for(Precision precision, const std::string& where) {
  if (precision == Precision::kFloat32) return kernels::kernels<float>();
  if (const auto* bfloat16 = kernels::bfloat16_kernels(); bfloat16 != nullptr) return *bfloat16;
  if (precision == Precision::kAuto) return kernels::kernels<float>();
  throw Error(ErrorKind::kRuntime, where,
              "found \"bfloat16\", for which this CPU has no instructions (avx512_bf16), or "
              "SEQUENT_ISA forbids them; the kernels in use are " +
                  std::string(kernels::kernels<float>().name) +
                  "; use \"float32\", or \"auto\" to take what each machine has");
}

}  // namespace sequent
