// How a thread is set up before it computes.
#pragma once

namespace sequent {

/// One intra-op thread, denormals flushed. Pools call it once in each of their threads.
void enter_compute_thread();

/// The same for the caller's thread, undone at the end of the scope.
class ComputeScope {
 public:
  ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;
  ~ComputeScope();

 private:
  int threads_before_;
  unsigned int float_mode_before_;
};

/// Looks once at the BLAS in use; warns, with the cure, if it is the reference implementation,
/// which is ten times slower than OpenBLAS.
void warn_about_slow_blas();

}  // namespace sequent
