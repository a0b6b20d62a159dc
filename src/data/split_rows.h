// The rows of one split, encoded, with what is remembered of their texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/faults.h"
#include "sequent/data.h"

namespace sequent {

/// What is remembered of a row's text after it is gone.
struct RowNote {
  std::uint64_t text_hash = 0;   // of its bytes
  std::int64_t token_count = 0;  // before truncation
  std::int32_t label = 0;
};

struct SplitRows {
  EncodedDataset rows;
  std::vector<RowNote> notes;  // of each row
};

std::uint64_t hash_text(std::string_view text);

/// Options for rows that are read to be encoded.
ReaderOptions labelled_rows();

/// The labels a row may have, and what becomes of rows with others.
struct AllowedLabels {
  const LabelSet& labels;
  UnseenLabels unseen = UnseenLabels::kError;
};

/// Reads and encodes a file with a vocabulary and labels that are there already. Rows with a fault,
/// an unseen label among them where that is an error, go to `faults`; so does a file that cannot be
/// opened or read on, or that has no rows.
SplitRows encode_rows(const std::string& path, const DataFormat& format, const TextEncoder& encoder,
                      const AllowedLabels& allowed, int threads, FaultList& faults);

}  // namespace sequent
