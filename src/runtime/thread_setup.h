// How a thread is set up before it computes.
#pragma once

namespace sequent {

/// Denormals flushed. Pools call it once in each of their threads, where LibTorch computes nothing.
void enter_kernel_thread();

/// The same, and LibTorch's operators on one thread each. LibTorch remembers the number for threads
/// that are new to it as well.
void enter_compute_thread();

/// enter_kernel_thread for the caller's thread, undone at the end of the scope.
class KernelScope {
 public:
  KernelScope();
  KernelScope(const KernelScope&) = delete;
  KernelScope& operator=(const KernelScope&) = delete;
  ~KernelScope();

 private:
  unsigned int float_mode_before_;
};

/// enter_compute_thread for the caller's thread, undone at the end of the scope.
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

/// Looks once at the BLAS in use; warns, with the cure, if it is the reference implementation,
/// which is ten times slower than OpenBLAS.
void warn_about_slow_blas();

}  // namespace sequent
