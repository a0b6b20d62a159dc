// Prepares a thread for the kernels.
#pragma once

namespace sequent {

/// Flushes denormals to zero. A worker pool calls it once in each of its threads.
void enter_kernel_thread();

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

}  // namespace sequent
