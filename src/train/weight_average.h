// An exponential moving average of the weights (Polyak and Juditsky 1992).
#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "sequent/config.h"
#include "train/tensor_file.h"

namespace sequent {

class AveragedWeights {
 public:
  /// Starts at the model's weights.
  AveragedWeights(const WeightAverage& spec, const torch::nn::Module& model);

  /// The share of the weights that step `step` (from 1) adds: average += share * (weights -
  /// average); 1 - min(decay, (1 + step) / (10 + step)). The optimizer does it.
  double share(std::int64_t step) const;

  /// The average of the weight of this name. Shapes: the weight's.
  torch::Tensor of(const std::string& name) const;

  /// Exchanges the model's weights and the average; twice is nothing.
  void swap();

  /// The average, by the weights' names with "average." before them.
  NamedTensors tensors() const;

 private:
  double decay_;
  NamedTensors weights_;
  NamedTensors average_;
};

}  // namespace sequent
