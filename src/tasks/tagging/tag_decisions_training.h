// Interprets the outputs of a tagger.
#pragma once

#include <torch/torch.h>

#include "sequent/model.h"

namespace sequent {

/// The output of a tagger. Positions past a row's end are 0 in `tags` and `probabilities`.
struct TagDecisions {
  torch::Tensor tags;           // [B, T] int64
  torch::Tensor probabilities;  // [B, T] float32, of the chosen tags
  torch::Tensor
      sequence_labels;  // [B, L] float32 probabilities; undefined without a sequence_label layer
};

/// Predicts tags. Dropout is off.
TagDecisions decode_tags(SequenceModelImpl& model, const Batch& batch);

/// Returns the most probable tag of each token or, for a crf, the most probable sequence of tags.
/// Shapes: logits [B, T, K] of SequenceModelImpl::forward, lengths [B] -> [B, T] int64.
torch::Tensor best_tags(const SequenceModelImpl& model, const torch::Tensor& logits,
                        const torch::Tensor& lengths);

/// Returns the probability of each tag. Shapes: as above -> [B, T, K].
torch::Tensor tag_probabilities(const SequenceModelImpl& model, const torch::Tensor& logits,
                                const torch::Tensor& lengths);

/// Returns -ln p of the tags of each row. Without a crf, label smoothing applies as in row_losses.
/// Shapes: logits and lengths as above, tags [B, T] int64 -> [B].
torch::Tensor tag_losses(const SequenceModelImpl& model, const torch::Tensor& logits,
                         const torch::Tensor& tags, const torch::Tensor& lengths, double smoothing);

}  // namespace sequent
