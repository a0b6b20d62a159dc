// Update rules. One formula each, run in a single pass over memory on the CPU and as tensor
// operations elsewhere.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sequent/config.h"
#include "sequent/model.h"

namespace sequent {

/// A trainable tensor and how it may be treated.
struct TrainedParameter {
  std::string name;
  torch::Tensor value;     // its gradient is value.grad()
  bool decays = false;     // adamw's weight decay: matrices, not biases
  bool penalized = false;  // l1 and l2: matrices of dense and recurrent layers
};

/// Each layer's weights that require a gradient, in the order of the model.
std::vector<TrainedParameter> trained_parameters(const SequenceModelImpl& model);

/// Adds the gradient of l1 * sum|w| + l2 * sum w^2 of the penalized parameters.
void add_penalty_gradients(std::vector<TrainedParameter>& parameters, double l1, double l2);

/// The L2 norm of all gradients together, summed in double precision.
double gradient_norm(const std::vector<TrainedParameter>& parameters);

class Optimizer {
 public:
  Optimizer(const OptimizerSpec& spec, std::vector<TrainedParameter> parameters);

  /// One update with each parameter's gradient times `gradient_scale`. A parameter without a
  /// gradient is left alone.
  void step(double learning_rate, double gradient_scale = 1.0);

  /// The base learning rate of the spec.
  double learning_rate() const;

  std::int64_t step_count() const { return step_count_; }
  void set_step_count(std::int64_t count) { step_count_ = count; }

  /// The tensors an update remembers, by name; writing into them sets the state.
  const std::vector<std::pair<std::string, torch::Tensor>>& state() const { return state_; }

 private:
  struct Slots {
    torch::Tensor first;
    torch::Tensor second;
  };

  OptimizerSpec spec_;
  std::vector<TrainedParameter> parameters_;
  std::vector<Slots> slots_;
  std::vector<std::pair<std::string, torch::Tensor>> state_;
  std::int64_t step_count_ = 0;
};

}  // namespace sequent
