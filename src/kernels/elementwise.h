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

/// Replaces the values by their softmax.
template <class T>
void softmax_row(T* values, std::int64_t count) {
  const std::int64_t whole = count / kLanes<T> * kLanes<T>;
  Vector<T> most = broadcast(values[0]);
  for (std::int64_t i = 0; i < whole; i += kLanes<T>) {
    const Vector<T> own = load(values + i);
    most = own > most ? own : most;
  }
  T greatest = most[0];
  for (int i = 1; i < kLanes<T>; ++i) greatest = most[i] > greatest ? most[i] : greatest;
  for (std::int64_t i = whole; i < count; ++i) {
    greatest = values[i] > greatest ? values[i] : greatest;
  }
  replace_each(values, count, [greatest](const Vector<T>& x) SEQUENT_INLINE_LAMBDA {
    return exponential(x - greatest);
  });
  Vector<T> sums{};
  for (std::int64_t i = 0; i < count; i += kLanes<T>) sums += load_part(values + i, count - i);
  T sum = T(0);
  for (int i = 0; i < kLanes<T>; ++i) sum += sums[i];
  replace_each(values, count, [sum](const Vector<T>& x) SEQUENT_INLINE_LAMBDA { return x / sum; });
}

}  // namespace
}  // namespace sequent::kernels
