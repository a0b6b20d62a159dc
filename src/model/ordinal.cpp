// The proportional odds model.
#include <cmath>

#include "model/initial_weights.h"
#include "sequent/model.h"

namespace sequent {

OrdinalImpl::OrdinalImpl(std::int64_t input_size, std::int64_t classes) {
  weight = register_parameter("weight", torch::zeros({1, input_size}));
  first = register_parameter("first", torch::zeros({1}));
  gaps = register_parameter("gaps", torch::zeros({classes - 2}));
  ranks = register_parameter("ranks", torch::arange(classes, torch::kFloat32),
                             /*requires_grad=*/false);
}

/// The probability between thresholds a > b is s(a) - s(b) = s(a) s(-b) (1 - e^(b - a)), where s is
/// the sigmoid. Working with the logarithms of these factors avoids cancellation.
torch::Tensor OrdinalImpl::forward(const torch::Tensor& input, const LayerContext&) {
  const torch::Tensor steps = torch::softplus(gaps);
  const torch::Tensor thresholds = torch::cat({first, first + steps.cumsum(0)}, 0);
  const torch::Tensor away = thresholds.unsqueeze(0) - torch::linear(input, weight);
  const torch::Tensor nothing = torch::zeros({input.size(0), 1}, input.options());
  const torch::Tensor below = torch::cat({torch::log_sigmoid(away), nothing}, 1);
  const torch::Tensor above = torch::cat({nothing, torch::log_sigmoid(-away)}, 1);
  const torch::Tensor between =
      torch::constant_pad_nd(torch::log(-torch::expm1(-steps)), {1, 1}, 0);
  return (below + above + between).index_select(1, ranks.to(torch::kInt64));
}

/// Sets the thresholds so that all classes have the same probability if weight * input is 0.
void OrdinalImpl::initialize(Initialization, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  glorot_uniform(weight, generator);
  const auto classes = static_cast<double>(ranks.size(0));
  const auto threshold = [&](std::int64_t rank) {
    const double share = static_cast<double>(rank + 1) / classes;
    return std::log(share / (1 - share));
  };
  first.fill_(threshold(0));
  for (std::int64_t i = 0; i < gaps.size(0); ++i) {
    gaps[i].fill_(std::log(std::expm1(threshold(i + 1) - threshold(i))));
  }
}

void OrdinalImpl::set_ranks(const std::vector<std::int64_t>& rank_of_class) {
  const torch::NoGradGuard no_gradient;
  ranks.copy_(torch::tensor(rank_of_class, torch::kInt64));
}

}  // namespace sequent
