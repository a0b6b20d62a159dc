// The targets of rows as tensors, on the CPU.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "sequent/data.h"

namespace sequent {

/// Shapes: -> [B] int64.
torch::Tensor target_classes(const EncodedDataset& data, std::span<const std::int64_t> rows);

/// Numbers, or for each label whether the row has it. Shapes: -> [B, K] float32.
torch::Tensor target_values(const EncodedDataset& data, std::span<const std::int64_t> rows);

/// Tags, or of a language model the tokens that follow. Shapes: -> [B, longest row] int64, 0 past a
/// row's end.
torch::Tensor target_tags(const EncodedDataset& data, std::span<const std::int64_t> rows);

}  // namespace sequent
