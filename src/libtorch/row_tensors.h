// Converts encoded rows to tensors, for training, evaluation and the TorchScript engine.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/rows.h"

namespace sequent {

/// Shapes: input [B, T] int64 or [B, T, channels] float32, right-padded with 0; lengths [B] int64.
/// A model with a character-level encoder also gets spellings [N, max_bytes] uint8, where N is at
/// least 1: unknown token -n refers to row n - 1.
struct RowTensors {
  torch::Tensor input;
  torch::Tensor lengths;
  torch::Tensor spellings;
  torch::Tensor features = {};        // [rows, F] float32; undefined without features
  torch::Tensor targets = {};         // [B, U] int64, each row ending with kLineEnd, then 0
  torch::Tensor target_lengths = {};  // [B] int64, including kLineEnd
};
RowTensors make_row_tensors(const EncodedRows& rows, const RowForm& form = {});

/// Returns generated texts without their end tokens. Shapes: tokens [B, U] int64, where each row
/// ends with kLineEnd or at U.
std::vector<std::vector<std::int32_t>> texts_of(const torch::Tensor& tokens);

/// Returns the first bytes of each word, padded with 0. Shapes: -> [words, max_bytes] uint8.
torch::Tensor spellings_of(std::span<const std::string_view> words, std::int64_t max_bytes);

}  // namespace sequent
