#include "train/fused_adam.h"

namespace sequent {

void fused_adam(AdamGroup& group, const kernels::UpdateStep& step, std::int64_t number,
                double scale) {
  const torch::NoGradGuard no_gradient;
  if (group.weights.empty()) return;
  if (scale != 1) at::_foreach_mul_(group.gradients, scale);
  // AdamW's decay acts on the weights only; the operator's own decay would be added to the
  // gradient.
  if (step.decay != 0) at::_foreach_mul_(group.weights, 1 - double{step.rate} * step.decay);
  const torch::Tensor count = torch::full({}, number, group.weights.front().options());
  const std::vector<torch::Tensor> counts(group.weights.size(), count);
  at::_fused_adam_(group.weights, group.gradients, group.first, group.second, {}, counts, step.rate,
                   step.beta_1, step.beta_2, /*weight_decay=*/0, step.epsilon, /*amsgrad=*/false,
                   /*maximize=*/false);
  if (group.averages.empty()) return;
  at::_foreach_mul_(group.averages, 1 - double{step.average_share});
  at::_foreach_add_(group.averages, group.weights, double{step.average_share});
}

}  // namespace sequent
