#include "train/batching.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <numeric>

#include "core/random.h"
#include "runtime/rows.h"
#include "sequent/text.h"

namespace sequent {

namespace {

constexpr std::int64_t kBatchesPerPool = 100;

std::int64_t quotient_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// Cuts a pool's examples, sorted by length, into `count` batches with equal numbers of examples or
/// tokens.
void cut_pool(const EncodedDataset& data, const BatchSize& size, std::span<const std::int64_t> rows,
              std::int64_t count, std::vector<RowNumbers>& batches) {
  if (const auto* fixed = std::get_if<std::int64_t>(&size)) {
    const auto step = static_cast<std::size_t>(*fixed);
    for (std::size_t at = 0; at < rows.size(); at += step) {
      const auto batch = rows.subspan(at, std::min(step, rows.size() - at));
      batches.emplace_back(batch.begin(), batch.end());
    }
    return;
  }
  for (const auto batch : split_by_tokens(data, rows, static_cast<std::size_t>(count))) {
    batches.emplace_back(batch.begin(), batch.end());
  }
}

/// Draws as many rows as there are, each label equally often: the rows of a label in random order,
/// again and again until it has its share. Labels share the remainder in random order.
RowNumbers balanced_rows(const EncodedDataset& data, const RandomStream& random) {
  std::map<std::int32_t, RowNumbers> rows_of;
  for (std::int64_t row = 0; row < data.size(); ++row) rows_of[data.label(row)].push_back(row);
  std::vector<std::int32_t> labels;
  labels.reserve(rows_of.size());
  for (const auto& [label, rows] : rows_of) labels.push_back(label);
  random.at(0).shuffle(std::span(labels));
  const auto count = static_cast<std::size_t>(data.size());
  RowNumbers drawn;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    RowNumbers& rows = rows_of[labels[i]];
    const std::size_t share = count / labels.size() + (i < count % labels.size() ? 1 : 0);
    const RandomStream of_label = random.at(1).at(static_cast<std::uint64_t>(labels[i]));
    for (std::size_t drawn_of_label = 0; drawn_of_label < share;) {
      of_label.at(drawn_of_label).shuffle(std::span(rows));
      const std::size_t taken = std::min(share - drawn_of_label, rows.size());
      drawn.insert(drawn.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(taken));
      drawn_of_label += taken;
    }
  }
  return drawn;
}

void keep_each_once(std::vector<std::int64_t>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

std::vector<std::int64_t> tokens_read(const EncodedDataset& data, const RowNumbers& rows) {
  std::vector<std::int64_t> ids{Vocabulary::kPad, Vocabulary::kUnknown};
  for (const std::int64_t row : rows) {
    std::ranges::copy_if(data.ids(row), std::back_inserter(ids), [](auto id) { return id >= 0; });
  }
  keep_each_once(ids);
  return ids;
}

std::vector<std::int64_t> runs_read(const EncodedDataset& data, const RowNumbers& rows,
                                    const NgramHash& hash) {
  std::vector<std::int64_t> found{NgramHash::kUnknownRow};
  const auto add = [&](std::span<const std::int32_t> ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      found.push_back(hash.row([&](std::int64_t back) -> std::int64_t {
        const auto distance = static_cast<std::size_t>(back);
        return distance <= i ? ids[i - distance] : Vocabulary::kPad;
      }));
    }
  };
  for (const std::int64_t row : rows) {
    const std::span<const std::int32_t> ids = data.ids(row);
    add(ids);
    const auto pair_break = std::ranges::find(ids, Vocabulary::kPairBreak);
    if (pair_break != ids.end()) add({pair_break + 1, ids.end()});
  }
  keep_each_once(found);
  return found;
}

}  // namespace

std::int64_t count_batches(const EncodedDataset& data, const BatchSize& size) {
  if (const auto* rows = std::get_if<std::int64_t>(&size)) return quotient_up(data.size(), *rows);
  const std::int64_t wanted = quotient_up(data.token_count(), std::get<TokenBudget>(size).tokens);
  return std::min(wanted, data.size());  // so that no batch is empty
}

std::vector<RowNumbers> plan_epoch(const EncodedDataset& data, const BatchSize& size,
                                   std::uint64_t seed, std::int64_t epoch, Sampling sampling) {
  const RandomStream random(seed, RandomPurpose::kOrder, {static_cast<std::uint64_t>(epoch)});
  RowNumbers order(static_cast<std::size_t>(data.size()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  if (sampling == Sampling::kBalanced) order = balanced_rows(data, random.at(2));
  random.at(0).shuffle(std::span(order));
  const std::int64_t count = count_batches(data, size);
  const auto* fixed = std::get_if<std::int64_t>(&size);
  // The index of a batch's first example, assuming that all batches have the same size.
  const auto row_of = [&](std::int64_t batch) {
    const std::int64_t row = fixed != nullptr ? batch * *fixed : batch * data.size() / count;
    return static_cast<std::size_t>(std::min(row, data.size()));
  };
  std::vector<RowNumbers> batches;
  for (std::int64_t first = 0; first < count; first += kBatchesPerPool) {
    const std::int64_t end = std::min(count, first + kBatchesPerPool);
    const auto pool = std::span(order).subspan(row_of(first), row_of(end) - row_of(first));
    std::stable_sort(pool.begin(), pool.end(), [&](std::int64_t a, std::int64_t b) {
      return data.length(a) > data.length(b);
    });
    cut_pool(data, size, pool, end - first, batches);
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
    const std::size_t latest_end =
        rows.size() - (parts - part);  // leaves at least one example for each later part
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

std::vector<InputRow> input_rows(const EncodedDataset& data, const std::vector<std::size_t>& rows) {
  std::vector<InputRow> result;
  result.reserve(rows.size());
  for (const std::size_t row : rows) result.push_back(data.row(static_cast<std::int64_t>(row)));
  return result;
}

void for_each_batch(
    const EncodedDataset& data, std::int64_t tokens, const TaskRunner& run,
    const std::function<void(std::size_t number, const std::vector<std::size_t>& rows)>& use) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t row = 0; row < data.size(); ++row) lengths.push_back(data.length(row));
  const auto batches = plan_batches(lengths, tokens);
  run(batches.size(), [&](std::size_t b) { use(b, batches[b]); });
}

RowsRead rows_read(const EncodedDataset& data, const RowNumbers& rows) {
  // Tables of the same kind read the same rows.
  struct Found {
    std::optional<NgramHash> kind;
    std::vector<std::int64_t> rows;
  };
  auto known = std::make_shared<std::list<Found>>();
  return [&data, &rows,
          known](const std::optional<NgramHash>& ngrams) -> const std::vector<std::int64_t>& {
    for (const Found& found : *known) {
      if (found.kind == ngrams) return found.rows;
    }
    known->push_back({ngrams, ngrams ? runs_read(data, rows, *ngrams) : tokens_read(data, rows)});
    return known->back().rows;
  };
}

}  // namespace sequent
