// What training minimizes.
#pragma once

#include <torch/torch.h>

#include "sequent/config.h"
#include "sequent/text.h"

namespace sequent {

class SequenceModelImpl;

struct LossOptions {
  Loss kind = Loss::kCategoricalCrossentropy;
  double label_smoothing = 0;
  torch::Tensor class_weights{};  // [classes] float32; undefined: all 1
  // [targets], of the training data; undefined: targets are not standardized.
  torch::Tensor target_mean{};
  torch::Tensor target_deviation{};
};

/// The config's loss without smoothing and class weights. It holds the model's own tensors: what a
/// checkpoint brings is read into them.
LossOptions plain_loss(const SequenceModelImpl& model);

/// The loss of each row, times its class weight.
///
/// Smoothing: a share e of each target is spread evenly: 1 - e + e / C for the true class, e / C
/// for the others (Szegedy et al. 2016). Shapes: logits [B, C] ([B, 1] for binary_crossentropy),
/// targets [B] int64 -> [B]. For regression the mean over a row's targets; shapes: values and
/// targets [B, K], the targets in their own units.
torch::Tensor row_losses(const torch::Tensor& logits, const torch::Tensor& targets,
                         const LossOptions& options);

/// -ln p of each row's tokens or tags, smoothed as above. Shapes: logits [B, T, K], targets [B, T]
/// int64, lengths [B] -> [B].
torch::Tensor token_losses(const torch::Tensor& logits, const torch::Tensor& targets,
                           const torch::Tensor& lengths, double smoothing);

/// The config's class weights for these labels and training rows; undefined if there are none.
/// Shapes: -> [classes] float32.
/// Errors: Config for a weight of a label that the data do not have.
torch::Tensor make_class_weights(const Config& config, const LabelSet& labels,
                                 const std::vector<std::int32_t>& training_labels);

}  // namespace sequent
