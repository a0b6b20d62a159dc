#include "model/noise.h"

#include <vector>

#include "core/random.h"
#include "runtime/device.h"

namespace sequent {
namespace {

RandomStream stream_of(const LayerContext& context) {
  const NoiseKey& key = *context.batch.noise;
  return {key.seed, RandomPurpose::kDropout, {key.step, static_cast<std::uint64_t>(context.index)}};
}

/// Fills [rows, row_size] with `chosen` where a draw is below `rate`, else with `other`.
template <class T>
void fill_choices(T* values, std::int64_t rows, std::int64_t row_size, double rate, T chosen,
                  T other, const LayerContext& context, std::uint64_t first_draw = 0) {
  const RandomStream stream = stream_of(context);
  const std::int64_t first_row = context.batch.first_row * context.rows_each;
  const auto bound = static_cast<float>(rate);
  for (std::int64_t row = 0; row < rows; ++row) {
    const RandomStream draws = stream.at(static_cast<std::uint64_t>(first_row + row));
    T* out = values + row * row_size;
    for (std::int64_t i = 0; i < row_size; ++i) {
      out[i] = draws.uniform(first_draw + static_cast<std::uint64_t>(i)) < bound ? chosen : other;
    }
  }
}

}  // namespace

torch::Tensor dropout_mask(const torch::Tensor& like, double rate, bool same_for_all_steps,
                           const LayerContext& context) {
  std::vector<std::int64_t> sizes = like.sizes().vec();
  if (same_for_all_steps) sizes[1] = 1;
  const torch::Tensor mask = torch::empty(sizes, torch::kFloat32);
  const std::int64_t rows = sizes[0];
  fill_choices<float>(mask.data_ptr<float>(), rows, mask.numel() / rows, rate, 0.0F,
                      static_cast<float>(1.0 / (1.0 - rate)), context);
  return send_to(mask, like.device()).to(like.scalar_type());
}

torch::Tensor kept_units(const torch::Tensor& like, double rate, std::int64_t units,
                         std::uint64_t number, const LayerContext& context) {
  const torch::Tensor kept = torch::empty({like.size(0), like.size(1), units}, torch::kFloat32);
  // Far beyond the draws of dropout on the layer's input.
  constexpr int kNumberBits = 40;
  fill_choices<float>(kept.data_ptr<float>(), like.size(0), like.size(1) * units, rate, 1.0F, 0.0F,
                      context, (number + 1) << kNumberBits);
  return send_to(kept, like.device()).to(like.scalar_type());
}

torch::Tensor weight_mask(const torch::Tensor& like, double rate, std::uint64_t number,
                          const LayerContext& context) {
  // Apart from the rows' draws, which count from 0.
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  const RandomStream draws = stream_of(context).at(kLast - number);
  const torch::Tensor mask = torch::empty(like.sizes(), torch::kFloat32);
  auto* values = mask.data_ptr<float>();
  const auto kept = static_cast<float>(1.0 / (1.0 - rate));
  const auto bound = static_cast<float>(rate);
  for (std::int64_t i = 0; i < mask.numel(); ++i) {
    values[i] = draws.uniform(static_cast<std::uint64_t>(i)) < bound ? 0.0F : kept;
  }
  return send_to(mask, like.device()).to(like.scalar_type());
}

torch::Tensor token_choice(const torch::Tensor& tokens, double rate, const LayerContext& context) {
  const torch::Tensor choice = torch::empty(tokens.sizes(), torch::kBool);
  fill_choices<bool>(choice.data_ptr<bool>(), tokens.size(0), tokens.size(1), rate, true, false,
                     context);
  return send_to(choice, tokens.device());
}

}  // namespace sequent
