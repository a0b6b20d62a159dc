// How a language model reads its data: as streams of text side by side, each from window to window.
#pragma once

#include <cstdint>

#include "sequent/data.h"
#include "train/batching.h"

namespace sequent {

struct TokenWindows {
  /// Tokens, with the token that follows each as its tag. Row window * streams + stream.
  EncodedDataset rows;
  std::int64_t streams = 0;

  std::int64_t count() const { return streams == 0 ? 0 : rows.size() / streams; }
  /// The rows of one window of streams [first, end).
  RowNumbers rows_of(std::int64_t window, std::int64_t first, std::int64_t end) const;
  /// Of each window all streams: the steps of an epoch, in order.
  std::vector<RowNumbers> batches() const;
};

/// Joins all lines, a line's end before the first, and cuts what is to be predicted into at most
/// `streams` parts of as many tokens (the first may have one more), each into windows of `length`
/// tokens (the last has what is left, at most one token more than `length`). Every token of `lines`
/// is predicted once.
TokenWindows cut_windows(const EncodedDataset& lines, std::int64_t streams, std::int64_t length);

/// For evaluation: no more streams than leave each so long a text that its start hardly counts.
TokenWindows cut_windows_to_measure(const EncodedDataset& lines);

}  // namespace sequent
