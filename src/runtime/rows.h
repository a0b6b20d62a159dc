// Converts encoded rows to tensors and splits them into batches, for training, evaluation and
// inference.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// The rows of one computation, in any order.
using EncodedRows = std::vector<InputRow>;

/// What a model reads from a row besides its tokens or values.
struct RowForm {
  std::int64_t max_bytes = 0;  // bytes read from each unknown token; 0: none
  bool pairs = false;          // rows are pairs of texts: B pairs become 2 B rows, in turn
  bool targets = false;        // rows are pairs of a source text and a target text
};
RowForm row_form(const Config& config);

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

/// Returns how many tokens to compute at once, at most `most`, if each needs `scores` logits in
/// memory.
std::int64_t scored_tokens(std::int64_t scores, std::int64_t most);

/// Splits rows into batches of similar length, each with at most `budget` tokens including padding
/// and with at least one row. Returns row indices, longest row first.
std::vector<std::vector<std::size_t>> plan_batches(std::span<const std::int64_t> lengths,
                                                   std::int64_t budget);

}  // namespace sequent
