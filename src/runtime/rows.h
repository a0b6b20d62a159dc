// The rows of one computation: what a model reads from them, and how they are split into batches.
#pragma once

#include <cstdint>
#include <span>
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

/// Returns how many tokens to compute at once, at most `most`, if each needs `scores` logits in
/// memory.
std::int64_t scored_tokens(std::int64_t scores, std::int64_t most);

/// Splits rows into batches of similar length, each with at most `budget` tokens including padding
/// and with at least one row. Returns row indices, longest row first.
std::vector<std::vector<std::size_t>> plan_batches(std::span<const std::int64_t> lengths,
                                                   std::int64_t budget);

}  // namespace sequent
