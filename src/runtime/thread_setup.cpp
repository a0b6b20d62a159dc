#include "runtime/thread_setup.h"

#include <dlfcn.h>
#include <torch/torch.h>

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

/// Returns the file from which the process resolved `cblas_sgemm` or `sgemm_`, or "".
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

void enter_kernel_thread() { at::globalContext().setFlushDenormal(true); }

void enter_compute_thread() {
  enter_kernel_thread();
  at::set_num_threads(1);
}

KernelScope::KernelScope() : float_mode_before_(float_mode()) { enter_kernel_thread(); }

KernelScope::~KernelScope() { restore_float_mode(float_mode_before_); }

ComputeScope::ComputeScope() : threads_before_(at::get_num_threads()) { at::set_num_threads(1); }

ComputeScope::~ComputeScope() { at::set_num_threads(threads_before_); }

void warn_about_slow_blas() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (::dlsym(RTLD_DEFAULT, "openblas_get_config") != nullptr || at::hasMKL()) return;
    const std::string file = blas_file();
    // This is the path of Debian's reference BLAS when no alternative replaces it.
    if (file.find("/blas/libblas.so") == std::string::npos) return;
    log_warning("the BLAS in use (" + file +
                ") is the slow reference implementation; install libopenblas0-openmp, or run "
                "scripts/setup.sh");
  });
}

}  // namespace sequent
