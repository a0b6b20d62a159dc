// The operands of the matrix products. Included only by the isa_*.cpp files.
//
// By default an operand is a single value. In a file that sets SEQUENT_BFLOAT16, an operand is a
// pair of float values that are adjacent along the summed dimension. Both are rounded to bfloat16
// (to nearest, ties to even), and the first is in the low half. One instruction multiplies both
// values of a pair and adds the products in float32.
#pragma once

#include <cstdint>

#include "kernels/arena.h"
#include "kernels/vector.h"

#if SEQUENT_BFLOAT16
#include <immintrin.h>
#endif

namespace sequent::kernels {
namespace {

/// Locates the rows of a matrix: through `pointers`, or at a stride from `base`, optionally indexed
/// by `index`. This is a struct rather than a function, so that products of all kinds share one
/// copy of their code.
template <class T>
struct Rows {
  T* base = nullptr;
  std::int64_t stride = 0;
  const std::int32_t* index = nullptr;
  T* const* pointers = nullptr;

  SEQUENT_INLINE T* operator()(std::int64_t i) const {
    if (pointers != nullptr) return pointers[i];
    return base + (index == nullptr ? i : index[i]) * stride;
  }

  /// The rows from `first` on.
  Rows from_row(std::int64_t first) const {
    if (pointers != nullptr) return {nullptr, 0, nullptr, pointers + first};
    if (index != nullptr) return {base, stride, index + first};
    return {base + first * stride, stride};
  }
};

constexpr std::int64_t kDepthBlock = 128;  // of the summed dimension: a panel's part fits in L1
constexpr std::int64_t kRowBlock = 96;     // of the left matrix: the rows fit in L2

#if SEQUENT_BFLOAT16

template <class T>
using Operand = std::uint32_t;  // a pair of bfloat16 values; T is always float
constexpr std::int64_t kOperandDepth = 2;
constexpr std::int64_t kBlockRoom = kRowBlock * kDepthBlock / kOperandDepth;

template <class T>
using OperandVector = __m512i;
SEQUENT_INLINE __m512i broadcast_operand(std::uint32_t pair) {
  return _mm512_set1_epi32(static_cast<int>(pair));
}
SEQUENT_INLINE __m512i load_operand(const std::uint32_t* from) { return _mm512_loadu_si512(from); }
SEQUENT_INLINE Vector<float> multiply_add(const Vector<float>& sum, const __m512i& left,
                                          const __m512i& right) {
  // These casts reinterpret the bits.
  return _mm512_dpbf16_ps(sum, (__m512bh)left, (__m512bh)right);
}

/// Packs adjacent values in pairs. An odd last value is paired with 0.
inline void pair_neighbours(const float* from, std::int64_t count, std::uint32_t* to) {
  constexpr std::int64_t kTogether = std::int64_t{2} * kLanes<float>;
  std::int64_t i = 0;
  for (; i + kTogether <= count; i += kTogether) {
    const auto pairs = _mm512_cvtne2ps_pbh(load(from + i + kLanes<float>), load(from + i));
    _mm512_storeu_si512(to + i / 2, (__m512i)pairs);
  }
  if (i == count) return;
  float rest[kTogether] = {};
  for (std::int64_t k = i; k < count; ++k) rest[k - i] = from[k];
  const auto pairs = _mm512_cvtne2ps_pbh(load(rest + kLanes<float>), load(rest));
  const auto filled = static_cast<__mmask16>((1U << ((count - i + 1) / 2)) - 1);
  _mm512_mask_storeu_epi32(to + i / 2, filled, (__m512i)pairs);
}

using Words = std::uint32_t __attribute__((vector_size(SEQUENT_VECTOR_BYTES)));
using HalfWords = std::uint16_t __attribute__((vector_size(SEQUENT_VECTOR_BYTES / 2)));

/// Pairs each value of one row with the value below it. Without a second row, those values are 0.
inline void pair_rows(const float* first, const float* second, std::int64_t count,
                      std::uint32_t* to) {
  for (std::int64_t i = 0; i < count; i += kLanes<float>) {
    const std::int64_t left = count - i;
    const auto there = static_cast<__mmask16>(left >= kLanes<float> ? 0xffffU : (1U << left) - 1);
    const auto rounded = [&](const float* row) SEQUENT_INLINE_LAMBDA {
      const __m512 values = _mm512_maskz_loadu_ps(there, row + i);
      return __builtin_convertvector((HalfWords)_mm512_cvtneps_pbh(values), Words);
    };
    Words pairs = rounded(first);
    if (second != nullptr) pairs |= rounded(second) << 16;
    _mm512_mask_storeu_epi32(to + i, there, (__m512i)pairs);
  }
}

/// Converts `count` contiguous values to operands. `room` holds [(count + 1) / 2].
inline const std::uint32_t* as_operands(const float* from, std::int64_t count,
                                        std::uint32_t* room) {
  pair_neighbours(from, count, room);
  return room;
}

/// Converts a block of left rows, starting at value `first` of each row. `room` holds [kBlockRoom].
inline Rows<const std::uint32_t> row_operands(const Rows<const float>& rows, std::int64_t count,
                                              std::int64_t first, std::int64_t depth,
                                              std::uint32_t* room) {
  const std::int64_t stride = (depth + 1) / 2;
  for (std::int64_t i = 0; i < count; ++i) {
    pair_neighbours(rows(i) + first, depth, room + i * stride);
  }
  return {room, stride};
}

/// Converts the columns of `depth` rows, `stride` apart, to left rows. Sets `step` to the distance
/// between consecutive operands of a column. `room` holds [(depth + 1) / 2, width].
inline Rows<const std::uint32_t> column_operands(const float* from, std::int64_t stride,
                                                 std::int64_t depth, std::int64_t width,
                                                 std::uint32_t* room, std::int64_t& step) {
  for (std::int64_t k = 0; k < depth; k += 2) {
    const float* second = k + 1 < depth ? from + (k + 1) * stride : nullptr;
    pair_rows(from + k * stride, second, width, room + k / 2 * width);
  }
  step = width;
  return {room, 1};
}

#else

template <class T>
using Operand = T;
constexpr std::int64_t kOperandDepth = 1;
constexpr std::int64_t kBlockRoom = 1;

template <class T>
using OperandVector = Vector<T>;
template <class T>
SEQUENT_INLINE Vector<T> broadcast_operand(T value) {
  return broadcast(value);
}
template <class T>
SEQUENT_INLINE Vector<T> load_operand(const T* from) {
  return load(from);
}
template <class V>
SEQUENT_INLINE V multiply_add(const V& sum, const V& left, const V& right) {
  return sum + left * right;
}
template <class T>
void pair_rows(const T* first, const T*, std::int64_t count, T* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = first[i];
}
template <class T>
const T* as_operands(const T* from, std::int64_t, T*) {
  return from;
}
template <class T>
Rows<const T> row_operands(const Rows<const T>& rows, std::int64_t, std::int64_t first,
                           std::int64_t, T*) {
  return {rows.base + first, rows.stride, rows.index};
}
template <class T>
Rows<const T> column_operands(const T* from, std::int64_t stride, std::int64_t, std::int64_t, T*,
                              std::int64_t& step) {
  step = stride;
  return {from, 1};
}

#endif

/// The number of operands that hold `depth` values along the summed dimension.
inline std::int64_t operand_count(std::int64_t depth) {
  return (depth + kOperandDepth - 1) / kOperandDepth;
}

/// Memory for the results of as_operands and column_operands. It is unused if values are operands
/// themselves.
template <class T>
Operand<T>* operand_room(std::int64_t values, Arena& arena) {
  const std::int64_t size = kOperandDepth == 1 ? 1 : operand_count(values);
  return arena.take<Operand<T>>(static_cast<std::size_t>(size));
}

}  // namespace
}  // namespace sequent::kernels
