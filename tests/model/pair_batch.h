// A batch of pairs for tests of models.
#pragma once

#include <cstdint>
#include <vector>

#include "sequent/model.h"

namespace sequent::testing {

/// Returns pairs of random texts of these lengths, at most 5, with ids below 12: the first texts,
/// then the second ones.
inline Batch pair_batch(const std::vector<std::int64_t>& lengths) {
  torch::manual_seed(7);
  const auto rows = static_cast<std::int64_t>(lengths.size());
  Batch batch{torch::randint(1, 12, {rows, 5}, torch::kInt64), torch::tensor(lengths)};
  const torch::Tensor padding = torch::arange(5).unsqueeze(0) >= batch.lengths.unsqueeze(1);
  batch.input.masked_fill_(padding, 0);
  return batch;
}

}  // namespace sequent::testing
