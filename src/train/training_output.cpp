#include "train/training_output.h"

#include "libtorch/autocast.h"

namespace sequent {

TrainingOutput training_output(SequenceModelImpl& model, const BatchPart& part) {
  TrainingOutput output;
  {
    const AutocastScope rounded(part.batch.input.device().type(), part.products);
    output.logits = model.forward(part.batch, &output.sequence_logits);
  }
  if (!part.products) return output;
  output.logits = output.logits.to(torch::kFloat32);
  if (output.sequence_logits.defined())
    output.sequence_logits = output.sequence_logits.to(torch::kFloat32);
  return output;
}

torch::Tensor next_token_loss(SequenceModelImpl& model, const BatchPart& part,
                              const torch::Tensor& next, const torch::Tensor& lengths,
                              double smoothing) {
  if (model.has_token_loss(part.batch)) {
    return model.token_loss(part.batch, next, smoothing, 1 / part.loss_units);
  }
  const torch::Tensor logits = training_output(model, part).logits;
  return token_losses(logits, next, lengths, smoothing).sum() / part.loss_units;
}

}  // namespace sequent
