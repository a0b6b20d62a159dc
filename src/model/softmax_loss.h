// A head with softmax and its loss as one autograd function over kernels/.
#pragma once

#include <torch/torch.h>

#include "sequent/model.h"

namespace sequent {

/// The sum of -ln softmax(W x + b)[target] over all rows, times `scale`; smoothed as row_losses.
/// Gradients are computed together with the value; scores of all classes never exist for all rows.
/// Shapes: rows [N, D] float32 or float64, on the CPU; targets [N] int64 -> [].
/// `bfloat16`: products of rounded values, where the CPU has them and rows are float32.
torch::Tensor softmax_loss(const torch::Tensor& rows, const torch::Tensor& weight,
                           const torch::Tensor& bias, const torch::Tensor& targets,
                           double smoothing, double scale, bool bfloat16);

}  // namespace sequent
