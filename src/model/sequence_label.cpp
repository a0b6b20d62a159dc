// The second head of a tagger, which labels whole rows.
#include "model/initial_weights.h"
#include "model/noise.h"
#include "sequent/model.h"

namespace sequent {

SequenceLabelImpl::SequenceLabelImpl(const SequenceLabelSpec& spec, std::int64_t input_size,
                                     std::int64_t labels)
    : spec_(spec), pool_(PoolSpec{spec.mode}) {
  const auto width = input_size * static_cast<std::int64_t>(spec.modes().size());
  weight = register_parameter("weight", torch::zeros({labels, width}));
  bias = register_parameter("bias", torch::zeros({labels}));
}

torch::Tensor SequenceLabelImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (context.sequence_logits == nullptr) return input;
  torch::Tensor row = pool_.forward(input, context);
  if (context.batch.noise && spec_.dropout > 0) {
    row = row * dropout_mask(row, spec_.dropout, /*same_for_all_steps=*/false, context);
  }
  *context.sequence_logits = torch::linear(row, weight, bias);
  return input;
}

void SequenceLabelImpl::initialize(Initialization, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  glorot_uniform(weight, generator);
  bias.zero_();
}

}  // namespace sequent
