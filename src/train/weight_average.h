// An exponential moving average of the weights (Polyak and Juditsky 1992).
#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "sequent/config.h"
#include "train/tensor_file.h"

namespace sequent {

class AveragedWeights {
 public:
  /// Initializes the average with the model's weights.
  AveragedWeights(const WeightAverage& spec, const torch::nn::Module& model);

  /// Returns the fraction of the weights that step `step` (from 1) adds to the average: average +=
  /// share * (weights - average), with share = 1 - min(decay, (1 + step) / (10 + step)). The
  /// optimizer performs this update.
  double share(std::int64_t step) const;

  /// Returns the average of the weight with this name. Shapes: as the weight.
  torch::Tensor of(const std::string& name) const;

  /// Swaps the model's weights and the average; calling it twice restores both.
  void swap();

  /// Returns the average; the names are those of the weights with the prefix "average.".
  NamedTensors tensors() const;

 private:
  double decay_;
  NamedTensors weights_;
  NamedTensors average_;
};

}  // namespace sequent
