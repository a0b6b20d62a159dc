// Which rows make up which batch.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sequent/data.h"
#include "sequent/training_spec.h"
#include "text/ngram_hash.h"

namespace sequent {

using RowNumbers = std::vector<std::int64_t>;

/// Steps per epoch: the same in each.
std::int64_t count_batches(const EncodedDataset& data, const BatchSize& size);

/// The batches of one epoch: all rows in random order, cut into pools of 100 batches, each pool
/// sorted by length and cut into batches, and these shuffled. Rows of a batch have similar lengths
/// and stand in the order of falling length. Every row comes once.
/// The same seed and epoch give the same batches.
std::vector<RowNumbers> plan_epoch(const EncodedDataset& data, const BatchSize& size,
                                   std::uint64_t seed, std::int64_t epoch);

/// Splits a batch into at most `parts` runs of neighbours with about equally many tokens; none is
/// empty.
std::vector<std::span<const std::int64_t>> split_by_tokens(const EncodedDataset& data,
                                                           std::span<const std::int64_t> rows,
                                                           std::size_t parts);

/// The rows of a table that a batch may read, ascending, each once: of a table by token, or with a
/// hash of one by runs of tokens.
using RowsRead =
    std::function<const std::vector<std::int64_t>&(const std::optional<NgramHash>& ngrams)>;

/// Those of a batch: word dropout may put <unk> anywhere and padding is <pad>.
RowsRead rows_read(const EncodedDataset& data, const RowNumbers& rows);

}  // namespace sequent
