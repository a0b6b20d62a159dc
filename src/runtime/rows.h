// Encoded rows as tensors, and how many of them are computed at once: what training, evaluation and
// inference share.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Rows of one computation, in any order.
using EncodedRows = std::vector<InputRow>;

/// What a model reads of a row besides its tokens or numbers.
struct RowForm {
  std::int64_t max_bytes = 0;  // of a token's spelling; 0: none is read
  bool pairs = false;          // rows are pairs of texts: B rows become 2 B, a pair's two in turn
  bool targets = false;        // rows are pairs of a text and the one that is to be written
};
RowForm row_form(const Config& config);

/// Shapes: -> input [B, T] int64 or [B, T, channels] float32, right-padded with 0; lengths [B]
/// int64. Where spellings are read also spellings [N, max_bytes] uint8, N at least 1: of the
/// spelled tokens, of which -n stands for row n - 1.
struct RowTensors {
  torch::Tensor input;
  torch::Tensor lengths;
  torch::Tensor spellings;
  torch::Tensor targets = {};         // [B, U] int64, each ending with kLineEnd, then 0
  torch::Tensor target_lengths = {};  // [B] int64, with that end
};
RowTensors make_row_tensors(const EncodedRows& rows, const RowForm& form = {});

/// Written texts without their ends. Shapes: tokens [B, U] int64, each row ending with kLineEnd or
/// at U.
std::vector<std::vector<std::int32_t>> texts_of(const torch::Tensor& tokens);

/// The first bytes of each word, then zeros. Shapes: -> [words, max_bytes] uint8.
torch::Tensor spellings_of(std::span<const std::string_view> words, std::int64_t max_bytes);

/// How many tokens are computed at once, at most `most`, where each has `scores` scores in memory.
std::int64_t scored_tokens(std::int64_t scores, std::int64_t most);

/// Splits rows into batches of at most `budget` tokens, padding included, long rows with long rows.
/// Each batch holds at least one row. Returns row numbers, longest row first.
std::vector<std::vector<std::size_t>> plan_batches(std::span<const std::int64_t> lengths,
                                                   std::int64_t budget);

}  // namespace sequent
