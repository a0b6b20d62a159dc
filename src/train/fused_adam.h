// Adam for all weights in few launches, on a GPU.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "kernels/update.h"

namespace sequent {

/// Tensors of the weights that take the same step; entry i of each belongs to weight i.
struct AdamGroup {
  std::vector<torch::Tensor> weights;
  std::vector<torch::Tensor> gradients;
  std::vector<torch::Tensor> first;
  std::vector<torch::Tensor> second;
  std::vector<torch::Tensor> averages;  // empty without averaging
};

/// One step of Adam or AdamW as kernels::AdamFormula, to rounding, by LibTorch's `_fused_adam_`,
/// which every version has for CUDA, and for the CPU from 2.4 on. All tensors are float32, dense
/// and on one device. `number`: of the step, from 1. Gradients are multiplied by `scale` in place.
void fused_adam(AdamGroup& group, const kernels::UpdateStep& step, std::int64_t number,
                double scale);

}  // namespace sequent
