// A softmax head and its loss as a single autograd function on kernels/.
#pragma once

#include <torch/torch.h>

#include "sequent/model.h"

namespace sequent {

/// Returns the sum of -ln softmax(W x + b)[target] over all rows, times `scale`, with the same
/// smoothing as row_losses. Gradients are computed together with the value. The logits of all rows
/// are never materialized at the same time. With `bfloat16`, operands are rounded if the CPU
/// supports it and the rows are float32.
///
/// Shapes: rows [N, D] float32 or float64 on the CPU; targets [N] int64 -> [].
torch::Tensor softmax_loss(const torch::Tensor& rows, const torch::Tensor& weight,
                           const torch::Tensor& bias, const torch::Tensor& targets,
                           double smoothing, double scale, bool bfloat16);

}  // namespace sequent
