// Functions of single values. Included only by the isa_*.cpp files.
#pragma once

#include "kernels/products.h"
#include "kernels/vector.h"

namespace sequent::kernels {
namespace {

/// Replaces each value by `function` of its vector.
template <class T, class Function>
SEQUENT_INLINE void replace_each(T* values, std::int64_t count, const Function& function) {
  for (std::int64_t i = 0; i < count; i += kLanes<T>) {
    store_part(values + i, function(load_part(values + i, count - i)), count - i);
  }
}

template <class T>
void sigmoid_each(T* values, std::int64_t count) {
  replace_each(values, count,
               [](const Vector<T>& x) SEQUENT_INLINE_LAMBDA { return sigmoid<T>(x); });
}

template <class T>
void tanh_each(T* values, std::int64_t count) {
  replace_each(values, count,
               [](const Vector<T>& x) SEQUENT_INLINE_LAMBDA { return hyperbolic_tangent<T>(x); });
}

}  // namespace
}  // namespace sequent::kernels
