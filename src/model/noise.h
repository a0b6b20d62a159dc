// Random masks that depend on seed, step, layer and row, and on nothing else.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "sequent/model.h"

namespace sequent {

/// Draws as RandomStream::uniform makes them, computed on a device: the same numbers to the bit.
/// Shapes: -> [streams, count] float32; column i is draw `first_draw` + i.
torch::Tensor uniform_on(torch::Device device, const std::vector<RandomStream>& streams,
                         std::uint64_t first_draw, std::int64_t count);

/// Zeros with probability `rate`, else 1 / (1 - rate).
/// Shapes: [B, per_row...]: `like`'s, with dimension 1 made 1 if `same_for_all_steps`.
torch::Tensor dropout_mask(const torch::Tensor& like, double rate, bool same_for_all_steps,
                           const LayerContext& context);

/// As dropout_mask for weights: one choice per step, whichever rows are computed. Masks with
/// another `number` differ.
torch::Tensor weight_mask(const torch::Tensor& like, double rate, std::uint64_t number,
                          const LayerContext& context);

/// 1 with probability `rate`, else 0. Shapes: like [B, T, I] -> [B, T, units]; another for each
/// `number`.
torch::Tensor kept_units(const torch::Tensor& like, double rate, std::int64_t units,
                         std::uint64_t number, const LayerContext& context);

/// True with probability `rate`. Shapes: tokens [B, T] -> [B, T] bool.
torch::Tensor token_choice(const torch::Tensor& tokens, double rate, const LayerContext& context);

}  // namespace sequent
