#include "tasks/tagging/tag_decisions_training.h"

#include "model/sequence_padding.h"
#include "train/losses.h"

namespace sequent {

TagDecisions decode_tags(SequenceModelImpl& model, const Batch& batch) {
  torch::Tensor sequence_logits;
  const torch::Tensor logits = model.forward(without_noise(batch), &sequence_logits);
  const torch::Tensor padding = padding_of(batch);
  const torch::Tensor tags = best_tags(model, logits, batch.lengths).masked_fill(padding, 0);
  const torch::Tensor probabilities = tag_probabilities(model, logits, batch.lengths)
                                          .gather(2, tags.unsqueeze(2))
                                          .squeeze(2)
                                          .masked_fill(padding, 0);
  TagDecisions found{tags, probabilities.to(torch::kFloat32), {}};
  if (sequence_logits.defined())
    found.sequence_labels = torch::softmax(sequence_logits, 1).to(torch::kFloat32);
  return found;
}

torch::Tensor best_tags(const SequenceModelImpl& model, const torch::Tensor& logits,
                        const torch::Tensor& lengths) {
  const auto* crf = model.head<CrfImpl>();
  return crf == nullptr ? logits.argmax(2) : crf->best_paths(logits, lengths);
}

torch::Tensor tag_probabilities(const SequenceModelImpl& model, const torch::Tensor& logits,
                                const torch::Tensor& lengths) {
  const auto* crf = model.head<CrfImpl>();
  return crf == nullptr ? torch::softmax(logits, 2) : crf->marginals(logits, lengths);
}

torch::Tensor tag_losses(const SequenceModelImpl& model, const torch::Tensor& logits,
                         const torch::Tensor& tags, const torch::Tensor& lengths,
                         double smoothing) {
  const auto* crf = model.head<CrfImpl>();
  if (crf != nullptr) return -crf->log_likelihoods(logits, tags, lengths);
  return token_losses(logits, tags, lengths, smoothing);
}

}  // namespace sequent
