// Implements `update` for the instruction set of the including file. Included only by the isa_*.cpp
// files.
#pragma once

#include "kernels/products.h"
#include "kernels/update.h"
#include "kernels/vector.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sequent::kernels {
namespace {

struct VectorRoot {
  SEQUENT_INLINE Vector<float> operator()(Vector<float> x) const {
#if SEQUENT_VECTOR_BYTES == 64
    return reinterpret_cast<Vector<float>>(
        _mm512_maskz_sqrt_ps(0xFFFF, reinterpret_cast<__m512>(x)));
#elif SEQUENT_VECTOR_BYTES == 32
    return reinterpret_cast<Vector<float>>(_mm256_sqrt_ps(reinterpret_cast<__m256>(x)));
#elif defined(__x86_64__)
    return reinterpret_cast<Vector<float>>(_mm_sqrt_ps(reinterpret_cast<__m128>(x)));
#else
    for (int i = 0; i < kLanes<float>; ++i) x[i] = __builtin_sqrtf(x[i]);
    return x;
#endif
  }
};

/// One vector of values; the lanes past the end of the data hold 0.
struct UpdateState {
  Vector<float> value, first, second, average, gradient;
};

template <class Formula>
SEQUENT_INLINE void take_steps(const UpdateStep* steps, std::int64_t count, UpdateState& s) {
  for (std::int64_t i = 0; i < count; ++i) {
    const Vector<float> gradient = i + 1 == count ? s.gradient : Vector<float>{};
    s.value = Formula::apply(steps[i], VectorRoot(), s.value, gradient, s.first, s.second);
    s.average += (s.value - s.average) * steps[i].average_share;
  }
}

template <class Formula>
void update_by(const UpdateStep* steps, std::int64_t count, const UpdatedValues& values) {
  constexpr std::int64_t kLane = kLanes<float>;
  for (std::int64_t i = 0; i < values.count; i += kLane) {
    const std::int64_t room = values.count - i;
    const auto read = [&](const float* from) SEQUENT_INLINE_LAMBDA {
      return from == nullptr ? Vector<float>{} : load_part(from + i, room);
    };
    const auto write = [&](float* to, const Vector<float>& value) SEQUENT_INLINE_LAMBDA {
      if (to != nullptr) store_part(to + i, value, room);
    };
    UpdateState s{read(values.value), read(values.first), read(values.second), read(values.average),
                  read(values.gradient) * values.gradient_scale};
    take_steps<Formula>(steps, count, s);
    write(values.value, s.value);
    write(values.first, s.first);
    write(values.second, s.second);
    write(values.average, s.average);
  }
}

void update_values(UpdateRule rule, const UpdateStep* steps, std::int64_t count,
                   const UpdatedValues& values) {
  switch (rule) {
    case UpdateRule::kAdam:
      return update_by<AdamFormula>(steps, count, values);
    case UpdateRule::kSgd:
      return update_by<SgdFormula>(steps, count, values);
    case UpdateRule::kRmsProp:
      return update_by<RmsPropFormula>(steps, count, values);
  }
}

}  // namespace
}  // namespace sequent::kernels
