#include "infer/next_token_head.h"

namespace sequent {

NextTokenHead::NextTokenHead(const kernels::Kernels<float>& kernels, std::int64_t input,
                             std::span<const float> weight, std::span<const float> bias)
    : kernels_(kernels),
      size_{kernels::Cell::kRnnTanh, input, static_cast<std::int64_t>(bias.size())},
      packed_(
          kernels.pack(size_, {weight.data(), nullptr, bias.data(), nullptr, nullptr}, memory_)) {}

NextTokenHead::Scores NextTokenHead::score(const float* rows, std::int64_t count,
                                           kernels::Arena& arena) const {
  Scores result;
  result.stride = kernels_.gate_stride(size_);
  result.tokens = size_.units;
  auto* values = arena.take<float>(static_cast<std::size_t>(count * result.stride));
  kernels_.project(size_, packed_, rows, size_.input, count, values);
  result.log_sums.resize(static_cast<std::size_t>(count));
  kernels_.log_sums(size_, values, count, result.log_sums.data());
  result.values = values;
  return result;
}

void NextTokenHead::log_probabilities(const float* rows, std::span<const std::int32_t> targets,
                                      double* result, kernels::Arena& arena) const {
  kernels_.log_probabilities(size_, packed_, rows, targets.data(),
                             static_cast<std::int64_t>(targets.size()), result, arena);
}

}  // namespace sequent
