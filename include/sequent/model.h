// The model: the layers that a config names, chained.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sequent/config.h"
#include "sequent/heads.h"
#include "sequent/modules.h"

namespace sequent {

/// A tagger's answers. Past a row's end both are 0.
struct TagDecisions {
  torch::Tensor tags;           // [B, T] int64
  torch::Tensor probabilities;  // [B, T] float32, of these tags
  torch::Tensor row_labels;  // [B, L] float32, probabilities; undefined without a row_label layer
};

/// The chain of layers that a resolved config describes. Parameters are named by the layer's place
/// in the config: `layers.2.weight_ih_l0`.
class SequenceModelImpl : public torch::nn::Module {
 public:
  /// Weights are set by Config::initialization and the seed; without `initialize` they wait for
  /// others. Errors: Config if training.freeze names no weight.
  explicit SequenceModelImpl(const ResolvedConfig& config, bool initialize = true);

  /// Shapes: -> logits [B, C], or [B, 1] for a sigmoid head; for regression the values, which are
  /// standardized where the config says so; where each token is answered [B, T, C], of a crf its
  /// emissions.
  /// `row_scores` becomes what a row_label layer gives, [B, L]; it stays as it is without one.
  torch::Tensor forward(const Batch& batch, torch::Tensor* row_scores = nullptr);

  /// The sum of -ln p of the tokens that follow, times `scale`: what forward() and a loss would
  /// give, without ever holding the scores of all tokens. Where has_token_loss(). Shapes: next [B,
  /// T] int64 -> [].
  torch::Tensor token_loss(const Batch& batch, const torch::Tensor& next, double smoothing,
                           double scale);
  /// Of a language model, or one that writes text, on the kernels.
  bool has_token_loss(const Batch& batch) const;

  /// Of a model that writes text: see DecoderImpl::write.
  WrittenTexts write(const Batch& batch, std::int64_t most_tokens);

  /// Shapes: -> probabilities [B, C] float32, rows summing to 1 (not of multi_label), where
  /// each token is answered [B, T, C]; for regression the values in the targets' units. Dropout is
  /// off.
  torch::Tensor predict(const Batch& batch);

  /// Of a tagger. Dropout is off.
  TagDecisions decode(const Batch& batch);

  /// What outputs are distances from: see Config::base_channels; undefined where there is none.
  /// Shapes: -> [B, targets].
  torch::Tensor forecast_base(const Batch& batch) const;

  /// The last layer where it is dense, or a crf; else null.
  DenseImpl* dense_head() const;
  CrfImpl* crf_head() const;
  DecoderImpl* decoder() const;

  /// Makes this model's parameters views of `other`'s, each with a gradient of its own.
  void share_parameters(SequenceModelImpl& other);

  /// States of zero for all recurrent layers: where a text begins. Shapes: [rows, H].
  CarriedStates zero_states(std::int64_t rows) const;

  /// See RecurrentImpl::use_operators.
  void use_operators(bool use);
  bool uses_operators() const;

  const ResolvedConfig& config() const { return config_; }
  const std::vector<std::shared_ptr<LayerImpl>>& layers() const { return layers_; }

 private:
  void freeze(const std::vector<std::string>& patterns);
  torch::Tensor run_layers(std::size_t count, const Batch& batch,
                           torch::Tensor* row_scores = nullptr);
  std::size_t forward_embedded(std::size_t index, torch::Tensor& values, LayerContext& context);
  torch::Tensor probabilities_of_tags(const torch::Tensor& logits,
                                      const torch::Tensor& lengths) const;

  ResolvedConfig config_;
  std::vector<std::shared_ptr<LayerImpl>> layers_;
};
TORCH_MODULE(SequenceModel);

}  // namespace sequent
