// Recurrent layers on LibTorch's operators: where no kernel serves, and to compare with.
#pragma once

#include <torch/torch.h>

#include "sequent/model.h"

namespace sequent {

/// All states of one direction, from step 0 on. The cells that LibTorch has run on its operators,
/// others step by step. Shapes: input [B, T, I] -> [B, T, H].
torch::Tensor run_direction(const RecurrentOptions& options, const torch::Tensor& input,
                            const RecurrentImpl::Direction& weights);

}  // namespace sequent
