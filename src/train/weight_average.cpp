#include "train/weight_average.h"

#include <algorithm>

namespace sequent {

AveragedWeights::AveragedWeights(const WeightAverage& spec, const torch::nn::Module& model)
    : decay_(spec.decay), weights_(weights_of(model)) {
  for (const auto& [name, weight] : weights_) {
    average_.emplace_back("average." + name, weight.detach().clone());
  }
}

double AveragedWeights::share(std::int64_t step) const {
  const auto t = static_cast<double>(step);
  return 1 - std::min(decay_, (1 + t) / (10 + t));
}

torch::Tensor AveragedWeights::of(const std::string& name) const {
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i].first == name) return average_[i].second;
  }
  return {};
}

void AveragedWeights::swap() {
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    torch::Tensor weight = weights_[i].second.detach();
    const torch::Tensor kept = weight.clone();
    weight.copy_(average_[i].second);
    average_[i].second.copy_(kept);
  }
}

NamedTensors AveragedWeights::tensors() const { return average_; }

}  // namespace sequent
