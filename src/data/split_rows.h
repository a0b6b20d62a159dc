// The encoded rows of one split, with notes about their texts.
#pragma once

#include <cstdint>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// Facts about a row's text that are kept after the text is freed.
struct RowNote {
  std::uint64_t text_hash = 0;   // hash of the bytes
  std::int64_t token_count = 0;  // before truncation; for a pair, the longer text
  std::int32_t label = 0;
  char32_t invisible = 0;         // the first invisible character (see find_invisible); 0: none
  std::uint64_t target_hash = 0;  // of a target text
  std::int64_t record = 0;        // of a separate file: the number of the row in it, from 0
};

struct SplitRows {
  EncodedDataset rows;
  std::vector<RowNote> notes;  // one per row
  std::int64_t skipped = 0;    // rows that were left out because of an unseen label
};

/// The rows of the training file, grouped by split.
struct TrainingSplits {
  SplitRows train;
  SplitRows validation;  // held-out rows; empty if a file is given instead
  SplitRows test;        // as validation

  /// Returns null for rows that are left out.
  SplitRows* of(Part part);
};

}  // namespace sequent
