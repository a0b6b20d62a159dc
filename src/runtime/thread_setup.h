// Prepares a thread for computation.
#pragma once

namespace sequent {

/// Flushes denormals to zero. A worker pool calls it once in each thread that runs no LibTorch
/// operators.
void enter_kernel_thread();

/// Does the same, and limits LibTorch's operators to one thread each. LibTorch also applies this
/// number to threads that it has not seen before.
void enter_compute_thread();

/// Applies enter_kernel_thread to the calling thread until the end of the scope.
class KernelScope {
 public:
  KernelScope();
  KernelScope(const KernelScope&) = delete;
  KernelScope& operator=(const KernelScope&) = delete;
  ~KernelScope();

 private:
  unsigned int float_mode_before_;
};

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

/// Checks the BLAS in use, once per process, and warns if it is the reference implementation, which
/// is ten times slower than OpenBLAS.
void warn_about_slow_blas();

}  // namespace sequent
