// The losses that training minimizes.
#pragma once

#include <torch/torch.h>

#include "sequent/config.h"
#include "sequent/text.h"

namespace sequent {

class SequenceModelImpl;

struct LossOptions {
  Loss kind = Loss::kCategoricalCrossentropy;
  double label_smoothing = 0;
  torch::Tensor class_weights{};  // [classes] float32; all 1 if undefined
  // [targets], from the training data; if undefined, targets are not standardized.
  torch::Tensor target_mean{};
  torch::Tensor target_deviation{};
  double focal_gamma = 0;  // see row_losses; 0: the plain loss
};

/// Returns the config's loss without smoothing and class weights. It shares the model's tensors, so
/// that loading a checkpoint updates it as well.
LossOptions plain_loss(const SequenceModelImpl& model);

/// Returns the loss of each row, multiplied by its class weight.
///
/// Label smoothing spreads a fraction e of each target evenly: the true class gets 1 - e + e / C
/// and each other class e / C. The loss of a regression is the mean over a row's targets.
///
/// The focal loss (Lin et al. 2017) multiplies the crossentropy of a class by (1 - p)^gamma, where
/// p is the probability of what is true.
///
/// Shapes: logits [B, C] ([B, 1] for binary_crossentropy), targets [B] int64 -> [B]. Regression:
///         values and targets [B, K] -> [B], with the targets in their own units.
/// Source: Szegedy et al. 2016 for label smoothing.
torch::Tensor row_losses(const torch::Tensor& logits, const torch::Tensor& targets,
                         const LossOptions& options);

/// Returns -ln p of each row's tokens or tags, with label smoothing as above.
/// Shapes: logits [B, T, K], targets [B, T] int64, lengths [B] -> [B].
torch::Tensor token_losses(const torch::Tensor& logits, const torch::Tensor& targets,
                           const torch::Tensor& lengths, double smoothing);

/// Returns the config's class weights for these labels and training rows; undefined if there are
/// none.
/// Shapes: -> [classes] float32.
/// Errors: Config for a weight of a label that is not in the data.
torch::Tensor make_class_weights(const Config& config, const LabelSet& labels,
                                 const std::vector<std::int32_t>& training_labels);

}  // namespace sequent
