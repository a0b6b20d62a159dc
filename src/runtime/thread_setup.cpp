#include "runtime/thread_setup.h"

#include <dlfcn.h>
#include <torch/torch.h>

#include <cstdlib>
#include <mutex>
#include <string>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "sequent/log.h"

namespace sequent {
namespace {

unsigned int float_mode() {
#if defined(__SSE__)
  return _mm_getcsr();
#else
  return 0;
#endif
}

void restore_float_mode([[maybe_unused]] unsigned int mode) {
#if defined(__SSE__)
  _mm_setcsr(mode);
#endif
}

/// The file that the process resolved `cblas_sgemm` or `sgemm_` to, or "".
std::string blas_file() {
  for (const char* name : {"sgemm_", "cblas_sgemm"}) {
    void* address = ::dlsym(RTLD_DEFAULT, name);
    Dl_info info{};
    if (address != nullptr && ::dladdr(address, &info) != 0 && info.dli_fname != nullptr) {
      return info.dli_fname;
    }
  }
  return "";
}

}  // namespace

void enter_compute_thread() {
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
}

ComputeScope::ComputeScope()
    : threads_before_(at::get_num_threads()), float_mode_before_(float_mode()) {
  enter_compute_thread();
}

ComputeScope::~ComputeScope() {
  at::set_num_threads(threads_before_);
  restore_float_mode(float_mode_before_);
}

namespace {

/// OpenBLAS that does not know this CPU takes the code of an older one.
void warn_about_narrow_openblas() {
#if defined(__x86_64__)
  using CoreName = char* (*)();
  const auto core_name = reinterpret_cast<CoreName>(::dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  if (core_name == nullptr || std::getenv("OPENBLAS_CORETYPE") != nullptr) return;
  const std::string name = core_name();
  const bool narrow = name == "Haswell" || name == "Zen";
  if (!narrow || !__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl")) return;
  log_info("OpenBLAS computes with its code for " + name +
           ", though this CPU has AVX-512; with OPENBLAS_CORETYPE=SkylakeX in the environment its "
           "products are about twice as fast");
#endif
}

}  // namespace

void warn_about_slow_blas() {
  static std::once_flag once;
  std::call_once(once, [] {
    warn_about_narrow_openblas();
    if (::dlsym(RTLD_DEFAULT, "openblas_get_config") != nullptr || at::hasMKL()) return;
    const std::string file = blas_file();
    // Debian's reference BLAS is the file that no alternative has taken the place of.
    if (file.find("/blas/libblas.so") == std::string::npos) return;
    log_warning("the BLAS in use (" + file +
                ") is the slow reference one; install libopenblas0-openmp, or run "
                "scripts/setup.sh");
  });
}

}  // namespace sequent
