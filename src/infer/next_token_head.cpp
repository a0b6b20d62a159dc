#include "infer/next_token_head.h"

#include <algorithm>

namespace sequent {

NextTokenHead::NextTokenHead(const kernels::Kernels<float>& kernels, std::int64_t input,
                             std::span<const float> weight, std::span<const float> bias)
    : kernels_(kernels),
      size_{kernels::Cell::kRnnTanh, input, static_cast<std::int64_t>(bias.size())},
      packed_(
          kernels.pack(size_, {weight.data(), nullptr, bias.data(), nullptr, nullptr}, memory_)) {}

void NextTokenHead::score(const float* row, float* scores, kernels::Arena& arena) const {
  const kernels::Arena::Scope scope(arena);
  auto* products = arena.take<float>(static_cast<std::size_t>(kernels_.gate_stride(size_)));
  kernels_.project(size_, packed_, row, size_.input, /*count=*/1, products);
  std::copy_n(products, tokens(), scores);
}

void NextTokenHead::log_probabilities(const float* rows, std::span<const std::int32_t> targets,
                                      double* result, kernels::Arena& arena) const {
  kernels_.log_probabilities(size_, packed_, rows, targets.data(),
                             static_cast<std::int64_t>(targets.size()), result, arena);
}

}  // namespace sequent
