#include "train/batching.h"

#include <algorithm>
#include <numeric>

#include "core/random.h"
#include "sequent/text.h"

namespace sequent {

std::vector<RowNumbers> plan_epoch(const EncodedDataset& data, std::int64_t batch_size,
                                   std::uint64_t seed, std::int64_t epoch) {
  constexpr std::int64_t kBatchesPerPool = 100;
  const RandomStream random(seed, RandomPurpose::kOrder, {static_cast<std::uint64_t>(epoch)});
  RowNumbers order(static_cast<std::size_t>(data.size()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  random.at(0).shuffle(std::span(order));
  std::vector<RowNumbers> batches;
  const auto pool_size = static_cast<std::size_t>(batch_size * kBatchesPerPool);
  const auto step = static_cast<std::size_t>(batch_size);
  for (std::size_t pool = 0; pool < order.size(); pool += pool_size) {
    const auto begin = order.begin() + static_cast<std::ptrdiff_t>(pool);
    const auto end =
        order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), pool + pool_size));
    std::stable_sort(begin, end, [&](std::int64_t a, std::int64_t b) {
      return data.length(a) > data.length(b);
    });
    for (auto at = begin; at < end;) {
      const auto next = at + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(step), end - at);
      batches.emplace_back(at, next);
      at = next;
    }
  }
  random.at(1).shuffle(std::span(batches));
  return batches;
}

std::vector<std::span<const std::int64_t>> split_by_tokens(const EncodedDataset& data,
                                                           std::span<const std::int64_t> rows,
                                                           std::size_t parts) {
  parts = std::max<std::size_t>(1, std::min(parts, rows.size()));
  std::int64_t total = 0;
  for (const std::int64_t row : rows) total += data.length(row);
  std::vector<std::span<const std::int64_t>> result;
  std::size_t begin = 0;
  std::int64_t seen = 0;
  for (std::size_t part = 1; part <= parts; ++part) {
    const std::size_t latest_end = rows.size() - (parts - part);  // leaves one row for each after
    const auto share = static_cast<std::int64_t>(part) * total / static_cast<std::int64_t>(parts);
    std::size_t end = begin;
    while (end < latest_end && (end == begin || seen < share || part == parts)) {
      seen += data.length(rows[end]);
      ++end;
    }
    result.push_back(rows.subspan(begin, end - begin));
    begin = end;
  }
  return result;
}

std::vector<std::int64_t> tokens_read(const EncodedDataset& data, const RowNumbers& rows) {
  std::vector<std::int64_t> ids{Vocabulary::kPad, Vocabulary::kUnknown};
  for (const std::int64_t row : rows) {
    ids.insert(ids.end(), data.ids(row).begin(), data.ids(row).end());
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace sequent
