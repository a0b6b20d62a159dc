// Prepares threads that run LibTorch's operators, and checks LibTorch's BLAS.
#pragma once

#include <string>

#include "runtime/thread_setup.h"

namespace sequent {

/// Flushes denormals to zero, and limits LibTorch's operators to one thread each. LibTorch also
/// applies this number to threads that it has not seen before.
void enter_compute_thread();

/// Applies enter_compute_thread to the calling thread until the end of the scope.
class ComputeScope {
 public:
  ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;
  ~ComputeScope();

 private:
  KernelScope kernel_;
  int threads_before_;
};

/// Returns a warning if the BLAS in use is the reference implementation, which is ten times slower
/// than OpenBLAS; otherwise an empty text.
std::string slow_blas_note();

/// Logs slow_blas_note() as a warning, once per process.
void warn_about_slow_blas();

}  // namespace sequent
