// Writes the batch whose loss or gradient is not finite to a file, for inspection.
#pragma once

#include <cstdint>
#include <filesystem>

#include "sequent/data.h"
#include "train/batching.h"

namespace sequent {

/// The step whose loss or gradient is not finite.
struct DivergedStep {
  std::int64_t epoch = 0;  // from 1
  std::int64_t step = 0;   // of the whole run, from 1
  double loss = 0;
  double gradient_norm = 0;
};

/// Writes JSON Lines: the step, then one line per row with its number in the training data (from
/// 1, in the order in which the rows were read), its tokens or values, and its label, tags or
/// targets. Errors: Runtime.
void write_diverged_batch(const std::filesystem::path& file, const DivergedStep& step,
                          const PreparedData& data, const RowNumbers& rows);

}  // namespace sequent
