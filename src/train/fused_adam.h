// Adam for all weights of a GPU model in few kernel launches.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "kernels/update.h"

namespace sequent {

/// Tensors of weights that take the same step; element i of each list belongs to weight i.
struct AdamGroup {
  std::vector<torch::Tensor> weights;
  std::vector<torch::Tensor> gradients;
  std::vector<torch::Tensor> first;
  std::vector<torch::Tensor> second;
  std::vector<torch::Tensor> averages;  // empty without averaging
};

/// Takes one step of Adam or AdamW. All tensors are dense float32 tensors on one device. `number`
/// is the number of the step, from 1. The gradients are multiplied by `scale` in place.
/// Source: kernels::AdamFormula, up to rounding, with LibTorch's `_fused_adam_`, which is available
/// for CUDA in every version and for the CPU since 2.4.
void fused_adam(AdamGroup& group, const kernels::UpdateStep& step, std::int64_t number,
                double scale);

}  // namespace sequent
