// Runs recurrent layers on LibTorch's operators, as a fallback and as a reference for the kernels.
#pragma once

#include <torch/torch.h>

#include "sequent/model.h"

namespace sequent {

/// Returns all states of direction `number`, starting at step 0. Cells that LibTorch implements run
/// on its operators; all others run step by step. Shapes: input [B, T, I] -> [B, T, H].
torch::Tensor run_direction(const RecurrentOptions& options, const torch::Tensor& input,
                            const RecurrentImpl::Direction& weights, std::size_t number,
                            const LayerContext& context);

}  // namespace sequent
