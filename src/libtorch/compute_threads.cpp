#include "libtorch/compute_threads.h"

#include <dlfcn.h>
#include <torch/torch.h>

#include "data/warn_once.h"

namespace sequent {
namespace {

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

void enter_compute_thread() {
  enter_kernel_thread();
  at::set_num_threads(1);
}

ComputeScope::ComputeScope() : threads_before_(at::get_num_threads()) { at::set_num_threads(1); }

ComputeScope::~ComputeScope() { at::set_num_threads(threads_before_); }

std::string slow_blas_note() {
  if (::dlsym(RTLD_DEFAULT, "openblas_get_config") != nullptr || at::hasMKL()) return "";
  const std::string file = blas_file();
  // This is the path of Debian's reference BLAS when no alternative replaces it.
  if (file.find("/blas/libblas.so") == std::string::npos) return "";
  return "the BLAS in use (" + file +
         ") is the slow reference implementation; install libopenblas0-openmp, or run "
         "scripts/setup.sh";
}

void warn_about_slow_blas() {
  if (const std::string note = slow_blas_note(); !note.empty()) warn_once(note);
}

}  // namespace sequent
