// Composition of batches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sequent/data.h"
#include "sequent/training_spec.h"
#include "text/ngram_hash.h"
#include "train/task_runner.h"

namespace sequent {

using RowNumbers = std::vector<std::int64_t>;

/// The number of steps per epoch, which is the same for all epochs.
std::int64_t count_batches(const EncodedDataset& data, const BatchSize& size);

/// Returns the batches of one epoch. The examples are shuffled and cut into pools of 100 batches;
/// each pool is sorted by length and cut into batches, and the batches are shuffled. The examples
/// of a batch therefore have similar lengths, and are in order of decreasing length. Every example
/// occurs exactly once; or, with balanced sampling, as many examples as there are occur, each label
/// equally often.
/// The same seed and epoch give the same batches.
std::vector<RowNumbers> plan_epoch(const EncodedDataset& data, const BatchSize& size,
                                   std::uint64_t seed, std::int64_t epoch,
                                   Sampling sampling = Sampling::kShuffled);

/// Splits a batch into at most `parts` contiguous, non-empty parts with about equal numbers of
/// tokens.
std::vector<std::span<const std::int64_t>> split_by_tokens(const EncodedDataset& data,
                                                           std::span<const std::int64_t> rows,
                                                           std::size_t parts);

/// Returns the rows with these numbers.
std::vector<InputRow> input_rows(const EncodedDataset& data, const std::vector<std::size_t>& rows);

/// Tokens per batch while evaluating, including padding.
inline constexpr std::int64_t kEvaluationTokens = 16384;

/// Calls `use` for each batch of at most `tokens` tokens (see plan_batches) that the rows of a data
/// set make, with its number, from 0.
void for_each_batch(
    const EncodedDataset& data, std::int64_t tokens, const TaskRunner& run,
    const std::function<void(std::size_t number, const std::vector<std::size_t>& rows)>& use);

/// Returns the table rows that a batch may read, ascending and without duplicates: those of a token
/// table, or with a hash those of an n-gram table.
using RowsRead =
    std::function<const std::vector<std::int64_t>&(const std::optional<NgramHash>& ngrams)>;

/// The table rows that the examples `rows` may read, including <unk>, which word dropout may insert
/// anywhere, and <pad> for padding.
RowsRead rows_read(const EncodedDataset& data, const RowNumbers& rows);

}  // namespace sequent
