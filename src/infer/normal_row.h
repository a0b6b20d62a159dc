// Layer normalization of one row, and its gradient.
#pragma once

#include <cmath>
#include <cstdint>

namespace sequent {

/// Shifts and scales `width` values to mean 0 and variance 1. Returns the scale 1 / sqrt(variance +
/// epsilon). `from` and `to` may be the same.
template <class T>
double normalize_row(const T* from, std::int64_t width, double epsilon, T* to) {
  const auto count = static_cast<double>(width);
  double mean = 0;
  for (std::int64_t i = 0; i < width; ++i) mean += from[i];
  mean /= count;
  double variance = 0;
  for (std::int64_t i = 0; i < width; ++i) variance += (from[i] - mean) * (from[i] - mean);
  const double scale = 1 / std::sqrt(variance / count + epsilon);
  for (std::int64_t i = 0; i < width; ++i) to[i] = static_cast<T>((from[i] - mean) * scale);
  return scale;
}

/// Computes the gradient with respect to the input of normalize_row from `gradient`, that with
/// respect to its result `normal`, and adds it to `result`.
inline void retreat_normal_row(const double* normal, std::int64_t width, double scale,
                               const double* gradient, double* result) {
  const auto count = static_cast<double>(width);
  double sum = 0;
  double product = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    sum += gradient[i];
    product += gradient[i] * normal[i];
  }
  for (std::int64_t i = 0; i < width; ++i) {
    result[i] += scale * (gradient[i] - sum / count - normal[i] * product / count);
  }
}

}  // namespace sequent
