// Recurrent layers on LibTorch's operators: where no kernel serves, and to compare with.
#pragma once

#include <torch/torch.h>

#include "sequent/model.h"

namespace sequent {

/// All states of direction `number`, from step 0 on. What LibTorch has runs on its operators, the
/// rest step by step. Shapes: input [B, T, I] -> [B, T, H].
torch::Tensor run_direction(const RecurrentOptions& options, const torch::Tensor& input,
                            const RecurrentImpl::Direction& weights, std::size_t number,
                            const LayerContext& context);

}  // namespace sequent
