// The forward pass of a training step.
#pragma once

#include <torch/torch.h>

#include "tasks/training_task.h"

namespace sequent {

/// The model's output for a part of a batch, in float32.
struct TrainingOutput {
  torch::Tensor logits;           // see SequenceModelImpl::forward
  torch::Tensor sequence_logits;  // see SequenceModelImpl::forward
};
TrainingOutput training_output(SequenceModelImpl& model, const BatchPart& part);

/// Implements TrainingTask::loss for predicted tokens.
/// Shapes: next [B, T] and lengths [B], both on the model's device.
torch::Tensor next_token_loss(SequenceModelImpl& model, const BatchPart& part,
                              const torch::Tensor& next, const torch::Tensor& lengths,
                              double smoothing);

}  // namespace sequent
