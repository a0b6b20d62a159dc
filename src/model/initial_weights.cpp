#include "model/initial_weights.h"

#include <cmath>

namespace sequent {

void glorot_uniform(torch::Tensor& weight, at::Generator& generator) {
  const double bound = std::sqrt(6.0 / static_cast<double>(weight.size(0) + weight.size(1)));
  weight.uniform_(-bound, bound, generator);
}

void orthogonal(torch::Tensor& weight, at::Generator& generator) {
  const torch::Tensor normal =
      torch::empty(weight.sizes(), torch::kFloat64).normal_(0, 1, generator);
  const auto [q, r] = torch::linalg_qr(normal);
  weight.copy_(q * r.diagonal().sign().unsqueeze(0));
}

}  // namespace sequent
