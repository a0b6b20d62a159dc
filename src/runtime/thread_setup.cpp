#include "runtime/thread_setup.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace sequent {
namespace {

unsigned int float_mode() {
#if defined(__SSE__)
  return _mm_getcsr();
#else
  return 0;
#endif
}

void set_float_mode([[maybe_unused]] unsigned int mode) {
#if defined(__SSE__)
  _mm_setcsr(mode);
#endif
}

}  // namespace

void enter_kernel_thread() {
  // Bits of the register MXCSR: flush-to-zero for results, denormals-are-zero for operands. Every
  // x86-64 processor since 2004 has both.
  constexpr unsigned int kFlushToZero = 0x8000;
  constexpr unsigned int kDenormalsAreZero = 0x0040;
  set_float_mode(float_mode() | kFlushToZero | kDenormalsAreZero);
}

KernelScope::KernelScope() : float_mode_before_(float_mode()) { enter_kernel_thread(); }

KernelScope::~KernelScope() { set_float_mode(float_mode_before_); }

}  // namespace sequent
