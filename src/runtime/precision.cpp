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
                "found \"float16\", which is supported on GPUs only; on the CPU use \"bfloat16\", "
                "or \"auto\" to use what each machine supports");
  }
  throw Error(ErrorKind::kRuntime, where,
              "found \"bfloat16\", but this CPU has no instructions for it (avx512_bf16), or "
              "SEQUENT_ISA disables them; the kernels in use are " +
                  std::string(kernels::kernels<float>().name) +
                  "; use \"float32\", or \"auto\" to use what each machine supports");
}

}  // namespace sequent
