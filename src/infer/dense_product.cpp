#include "infer/dense_product.h"

#include <algorithm>
#include <cmath>

#include "infer/stages.h"

namespace sequent {

void activate(Activation f, std::int64_t width, float* row) {
  switch (f) {
    case Activation::kLinear:
      return;
    case Activation::kRelu:
      // NaN is not less than 0 and is kept.
      for (std::int64_t i = 0; i < width; ++i) row[i] = row[i] < 0 ? 0 : row[i];
      return;
    case Activation::kTanh:
      for (std::int64_t i = 0; i < width; ++i) row[i] = std::tanh(row[i]);
      return;
    case Activation::kSigmoid:
      for (std::int64_t i = 0; i < width; ++i) row[i] = 1 / (1 + std::exp(-row[i]));
      return;
    case Activation::kSoftmax: {
      const float most = *std::max_element(row, row + width);
      float sum = 0;
      for (std::int64_t i = 0; i < width; ++i) sum += row[i] = std::exp(row[i] - most);
      for (std::int64_t i = 0; i < width; ++i) row[i] /= sum;
      return;
    }
  }
}

DenseProduct::DenseProduct(std::int64_t input, std::int64_t units, Activation activation,
                           const float* weight, const float* bias)
    : size_{kernels::Cell::kRnnTanh, input, units}, activation_(activation) {
  packed_ =
      kernels::kernels<float>().pack(size_, {weight, nullptr, bias, nullptr, nullptr}, memory_);
}

float* DenseProduct::of(const float* rows, std::int64_t count, kernels::Arena& arena) const {
  const auto& k = kernels::kernels<float>();
  const std::int64_t stride = k.gate_stride(size_);
  auto* sums = arena.take<float>(to_size(count * stride));
  auto* result = arena.take<float>(to_size(count * size_.units));
  k.project(size_, packed_, rows, size_.input, count, sums);
  for (std::int64_t i = 0; i < count; ++i) {
    float* row = result + i * size_.units;
    std::copy(sums + i * stride, sums + i * stride + size_.units, row);
    if (activation_ != Activation::kTanh) activate(activation_, size_.units, row);
  }
  if (activation_ == Activation::kTanh) k.tanh(result, count * size_.units);
  return result;
}

std::vector<float> by_step(std::span<const float> weight, const Conv1dSpec& spec,
                           std::int64_t input) {
  std::vector<float> turned;
  turned.reserve(weight.size());
  for (std::int64_t f = 0; f < spec.filters; ++f) {
    for (std::int64_t k = 0; k < spec.kernel_size; ++k) {
      for (std::int64_t i = 0; i < input; ++i) {
        turned.push_back(weight[to_size((f * input + i) * spec.kernel_size + k)]);
      }
    }
  }
  return turned;
}

}  // namespace sequent
