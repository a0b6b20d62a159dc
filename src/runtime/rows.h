// Encoded rows as tensors, and how many of them are computed at once: what training, evaluation and
// inference share.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Rows of one computation, in any order.
using EncodedRows = std::vector<InputRow>;

/// Shapes: -> input [B, T] int64 or [B, T, channels] float32, right-padded with 0; lengths [B]
/// int64.
struct RowTensors {
  torch::Tensor input;
  torch::Tensor lengths;
};
RowTensors make_row_tensors(const EncodedRows& rows);

/// Splits rows into batches of at most `budget` tokens, padding included, long rows with long rows.
/// Each batch holds at least one row. Returns row numbers, longest row first.
std::vector<std::vector<std::size_t>> plan_batches(std::span<const std::int64_t> lengths,
                                                   std::int64_t budget);

}  // namespace sequent
