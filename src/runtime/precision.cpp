#include "runtime/precision.h"

#include "sequent/error.h"

namespace sequent {

const kernels::Kernels<float>& kernels_for(Precision precision, const std::string& where) {
  if (precision == Precision::kFloat32) return kernels::kernels<float>();
  const auto* bfloat16 = kernels::bfloat16_kernels();
  if (rounds_on_cpu(precision) && bfloat16 != nullptr) return *bfloat16;
  if (precision == Precision::kAuto) return kernels::kernels<float>();
  if (precision == Precision::kFloat16) {
    throw Error(ErrorKind::kConfig, where,
                "found \"float16\", which is for GPUs; on the CPU use \"bfloat16\", or \"auto\" to "
                "take what each machine has");
  }
  throw Error(ErrorKind::kRuntime, where,
              "found \"bfloat16\", for which this CPU has no instructions (avx512_bf16), or "
              "SEQUENT_ISA forbids them; the kernels in use are " +
                  std::string(kernels::kernels<float>().name) +
                  "; use \"float32\", or \"auto\" to take what each machine has");
}

}  // namespace sequent
