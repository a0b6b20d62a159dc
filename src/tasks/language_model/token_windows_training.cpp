#include "tasks/language_model/token_windows_training.h"

#include <algorithm>
#include <numeric>

namespace sequent {

RowNumbers TokenWindows::rows_of(std::int64_t window, std::int64_t first, std::int64_t end) const {
  RowNumbers numbers(static_cast<std::size_t>(end - first));
  std::iota(numbers.begin(), numbers.end(), window * streams + first);
  return numbers;
}

std::vector<RowNumbers> TokenWindows::batches() const {
  std::vector<RowNumbers> all;
  for (std::int64_t window = 0; window < count(); ++window) {
    all.push_back(rows_of(window, 0, streams));
  }
  return all;
}

TokenWindows cut_windows(const EncodedDataset& lines, std::int64_t streams, std::int64_t length) {
  const std::int64_t tokens = lines.token_count();
  // The input is a line end, followed by all tokens except the last.
  std::vector<std::int32_t> text{static_cast<std::int32_t>(Vocabulary::kLineEnd)};
  text.reserve(static_cast<std::size_t>(tokens) + 1);
  for (std::int64_t row = 0; row < lines.size(); ++row) {
    const auto ids = lines.ids(row);
    text.insert(text.end(), ids.begin(), ids.end());
  }
  TokenWindows result;
  result.streams = std::min(streams, tokens);
  if (tokens == 0) return result;
  const std::int64_t share = tokens / result.streams;
  const std::int64_t longer = tokens % result.streams;  // number of streams with one more token
  const std::int64_t windows = (share + length - 1) / length;
  result.rows.reserve(windows * result.streams, tokens);
  const std::span<const std::int32_t> all(text);
  for (std::int64_t window = 0; window < windows; ++window) {
    for (std::int64_t stream = 0; stream < result.streams; ++stream) {
      const std::int64_t begin = stream * share + std::min(stream, longer);
      const std::int64_t end = begin + share + (stream < longer ? 1 : 0);
      const std::int64_t first = begin + window * length;
      const std::int64_t last = window + 1 == windows ? end : first + length;
      const auto count = static_cast<std::size_t>(last - first);
      const auto read = all.subspan(static_cast<std::size_t>(first), count);
      const auto next = all.subspan(static_cast<std::size_t>(first) + 1, count);
      result.rows.add(InputRow{read, {}, 0, {}}, next);
    }
  }
  return result;
}

TokenWindows cut_windows_to_measure(const EncodedDataset& lines) {
  constexpr std::int64_t kTokensPerStream = 2000;
  constexpr std::int64_t kStreams = 64;
  constexpr std::int64_t kLength = 32;
  const std::int64_t streams = lines.token_count() / kTokensPerStream;
  return cut_windows(lines, std::clamp<std::int64_t>(streams, 1, kStreams), kLength);
}

}  // namespace sequent
