// The encoded rows of one split, with what is remembered of their texts.
#pragma once

#include <cstdint>
#include <vector>

#include "sequent/data.h"

namespace sequent {

/// What is remembered of a row's text after it is gone.
struct RowNote {
  std::uint64_t text_hash = 0;   // of its bytes
  std::int64_t token_count = 0;  // before truncation; of a pair's longer text
  std::int32_t label = 0;
};

struct SplitRows {
  EncodedDataset rows;
  std::vector<RowNote> notes;  // of each row
};

/// The training file's rows, by what they are used for.
struct TrainingSplits {
  SplitRows train;
  SplitRows validation;  // held out; empty where there is a file
  SplitRows test;        // likewise

  /// Null for rows that are left out.
  SplitRows* of(Part part);
};

}  // namespace sequent
