// Converts the targets of rows to tensors on the CPU.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "sequent/data.h"

namespace sequent {

/// Returns the labels. Shapes: -> [B] int64.
torch::Tensor target_classes(const EncodedDataset& data, std::span<const std::int64_t> rows);

/// Returns the numeric targets, or 1 for each label that the row has and 0 for the others.
/// Shapes: -> [B, K] float32.
torch::Tensor target_values(const EncodedDataset& data, std::span<const std::int64_t> rows);

/// Returns the tags, or the next tokens for a language model.
/// Shapes: -> [B, longest row] int64, 0 past a row's end.
torch::Tensor target_tags(const EncodedDataset& data, std::span<const std::int64_t> rows);

}  // namespace sequent
