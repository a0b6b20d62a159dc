// Random masks that depend only on seed, step, layer and row.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "sequent/model.h"

namespace sequent {

/// Computes the draws of RandomStream::uniform on a device, bit for bit.
/// Shapes: -> [streams, count] float32; column i is draw `first_draw` + i.
torch::Tensor uniform_on(torch::Device device, const std::vector<RandomStream>& streams,
                         std::uint64_t first_draw, std::int64_t count);

/// Returns a mask that is 0 with probability `rate`, and 1 / (1 - rate) otherwise.
/// Shapes: that of `like`, [B, per_row...], with dimension 1 set to 1 if `same_for_all_steps`.
torch::Tensor dropout_mask(const torch::Tensor& like, double rate, bool same_for_all_steps,
                           const LayerContext& context);

/// Like dropout_mask, but for weights: there is one mask per step, no matter which rows are
/// computed. Different values of `number` give different masks.
torch::Tensor weight_mask(const torch::Tensor& like, double rate, std::uint64_t number,
                          const LayerContext& context);

/// Returns a mask that is 1 with probability `rate`, and 0 otherwise. Different values of `number`
/// give different masks. Shapes: like [B, T, I] -> [B, T, units].
torch::Tensor kept_units(const torch::Tensor& like, double rate, std::int64_t units,
                         std::uint64_t number, const LayerContext& context);

/// Returns true with probability `rate` for each token. Shapes: tokens [B, T] -> [B, T] bool.
torch::Tensor token_choice(const torch::Tensor& tokens, double rate, const LayerContext& context);

}  // namespace sequent
