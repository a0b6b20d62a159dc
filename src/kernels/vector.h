// Vectors of the instruction set for which the including file is compiled. Included only by the
// isa_*.cpp files, each of which defines SEQUENT_VECTOR_BYTES. Everything is in an unnamed
// namespace, because the same names refer to different code in each of these files.
#pragma once

#include <cstdint>

// Without always_inline, GCC stops inlining when functions grow, and vectors are passed through
// memory, which is three times slower.
#define SEQUENT_INLINE inline __attribute__((always_inline))
#define SEQUENT_INLINE_LAMBDA __attribute__((always_inline))

namespace sequent::kernels {
namespace {

template <class T>
struct VectorTypes;
template <>
struct VectorTypes<float> {
  using Value = float __attribute__((vector_size(SEQUENT_VECTOR_BYTES)));
  using Bits = std::int32_t __attribute__((vector_size(SEQUENT_VECTOR_BYTES)));
  using Unaligned =
      float __attribute__((vector_size(SEQUENT_VECTOR_BYTES), aligned(alignof(float)), may_alias));
};
template <>
struct VectorTypes<double> {
  using Value = double __attribute__((vector_size(SEQUENT_VECTOR_BYTES)));
  using Unaligned = double
      __attribute__((vector_size(SEQUENT_VECTOR_BYTES), aligned(alignof(double)), may_alias));
};

template <class T>
using Vector = typename VectorTypes<T>::Value;

template <class T>
constexpr int kLanes = SEQUENT_VECTOR_BYTES / static_cast<int>(sizeof(T));

template <class T>
SEQUENT_INLINE Vector<T> load(const T* from) {
  return *reinterpret_cast<const typename VectorTypes<T>::Unaligned*>(from);
}

template <class T>
SEQUENT_INLINE void store(T* to, const Vector<T>& value) {
  *reinterpret_cast<typename VectorTypes<T>::Unaligned*>(to) = value;
}

template <class T>
SEQUENT_INLINE Vector<T> broadcast(T value) {
  return value - Vector<T>{};
}

SEQUENT_INLINE Vector<float> exponential(Vector<float> x) {
  // Cephes expf: x = n ln 2 + r; a polynomial approximates e^r, and n becomes the exponent. The
  // relative error is 2e-7. Comparisons with NaN are false, so NaN propagates.
  x = x < -87.0F ? broadcast(-87.0F) : x;
  x = x > 88.0F ? broadcast(88.0F) : x;
  constexpr float kRounding = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const Vector<float> n = (x * 1.44269504088896341F + kRounding) - kRounding;
  const Vector<float> r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  Vector<float> p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const Vector<float> e = p * (r * r) + (r + 1.0F);
  using Bits = VectorTypes<float>::Bits;
  const Bits exponent = (__builtin_convertvector(n, Bits) + 127) << 23;
  Vector<float> scale;
  __builtin_memcpy(&scale, &exponent, sizeof scale);
  return e * scale;
}

SEQUENT_INLINE Vector<double> exponential(Vector<double> x) {
  for (int i = 0; i < kLanes<double>; ++i) x[i] = __builtin_exp(x[i]);
  return x;
}

template <class T>
SEQUENT_INLINE Vector<T> sigmoid(const Vector<T>& x) {
  return T(1) / (T(1) + exponential(-x));
}

template <class T>
SEQUENT_INLINE Vector<T> hyperbolic_tangent(const Vector<T>& x) {
  return T(1) - T(2) / (exponential(x + x) + T(1));
}

}  // namespace
}  // namespace sequent::kernels
