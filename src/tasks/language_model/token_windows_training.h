// How a language model reads its data: as parallel streams of text, each cut into consecutive
// windows.
#pragma once

#include <cstdint>

#include "sequent/data.h"
#include "train/batching.h"

namespace sequent {

struct TokenWindows {
  /// Token sequences, with the next token of each position as its tag. The index of a row is window
  /// * streams + stream.
  EncodedDataset rows;
  std::int64_t streams = 0;

  std::int64_t count() const { return streams == 0 ? 0 : rows.size() / streams; }
  /// Returns the rows of one window for streams [first, end).
  RowNumbers rows_of(std::int64_t window, std::int64_t first, std::int64_t end) const;
  /// Returns all streams of each window: the steps of an epoch, in order.
  std::vector<RowNumbers> batches() const;
};

/// Concatenates all lines, preceded by a line end, and cuts the tokens to predict into at most
/// `streams` equal parts (the first ones may have one more token). Each part is cut into windows of
/// `length` tokens; the last window takes the remainder, at most one token more than `length`.
/// Every token of `lines` is predicted exactly once.
TokenWindows cut_windows(const EncodedDataset& lines, std::int64_t streams, std::int64_t length);

/// Windows for evaluation. The number of streams is limited, so that each stream is long enough for
/// its start to have little influence.
TokenWindows cut_windows_to_measure(const EncodedDataset& lines);

}  // namespace sequent
