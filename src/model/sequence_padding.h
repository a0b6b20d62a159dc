// The padding mask of a batch.
#pragma once

#include "sequent/model.h"

namespace sequent {

/// Returns the padding mask. Shapes: -> [B, T] bool, true past a row's end.
inline torch::Tensor padding_of(const Batch& batch) {
  const torch::Tensor steps =
      torch::arange(batch.input.size(1), batch.lengths.options()).unsqueeze(0);
  return steps >= batch.lengths.unsqueeze(1);
}

}  // namespace sequent
