// The model: the chain of layers that a config describes.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sequent/config.h"
#include "sequent/heads.h"
#include "sequent/modules.h"

namespace sequent {

/// The module of a layer: one of all types that a config may contain.
using LayerModule = std::variant<
    std::shared_ptr<WordDropoutImpl>, std::shared_ptr<EmbeddingImpl>,
    std::shared_ptr<NormalizationImpl>, std::shared_ptr<DropoutImpl>,
    std::shared_ptr<SpatialDropoutImpl>, std::shared_ptr<RecurrentImpl>,
    std::shared_ptr<Conv1dImpl>, std::shared_ptr<LayerNormImpl>, std::shared_ptr<PoolImpl>,
    std::shared_ptr<AttentionImpl>, std::shared_ptr<SelfAttentionImpl>, std::shared_ptr<PairImpl>,
    std::shared_ptr<FeaturesImpl>, std::shared_ptr<DenseImpl>, std::shared_ptr<CrfImpl>,
    std::shared_ptr<OrdinalImpl>, std::shared_ptr<SequenceLabelImpl>, std::shared_ptr<DecoderImpl>>;

/// The chain of layers that a resolved config describes. Parameter names contain the index of the
/// layer in the config: `layers.2.weight_ih_l0`. Layers that have weights of their own for the
/// second text of a pair (see Config::second_encoder) contain them as a module `second`:
/// `layers.2.second.weight_ih_l0`.
class SequenceModelImpl : public torch::nn::Module {
 public:
  /// Initializes the weights according to Config::initialization and the seed. Without
  /// `initialize`, the weights must be loaded before use. Errors: Config if training.freeze matches
  /// no weight.
  explicit SequenceModelImpl(const ResolvedConfig& config, bool initialize = true);

  /// Shapes: -> logits [B, C], or [B, 1] for a sigmoid head; values for regression, standardized if
  /// the config says so; [B, T, C] if each token has an output, which for a crf layer are its
  /// emissions.
  /// `sequence_logits` receives the logits [B, L] of a sequence_label layer. Without such a layer
  /// it is unchanged.
  torch::Tensor forward(const Batch& batch, torch::Tensor* sequence_logits = nullptr);

  /// Returns the input of the last layer. Shapes: -> [B, D] or [B, T, D].
  torch::Tensor head_input(const Batch& batch);

  /// Returns the sum of -ln p of the next tokens, times `scale`. The result equals forward()
  /// followed by a loss, but the logits of all tokens are never materialized. Requires
  /// has_token_loss().
  /// Shapes: next [B, T] int64, for a decoder the targets [B, U] -> [].
  torch::Tensor token_loss(const Batch& batch, const torch::Tensor& next, double smoothing,
                           double scale);
  /// Whether the model predicts tokens and its last layer runs on the kernels.
  bool has_token_loss(const Batch& batch) const;

  /// Shapes: -> probabilities [B, C] float32, each row sums to 1 (except for multi_label);
  /// [B, T, C] if each token has an output; for regression, values in the units of the targets.
  /// Dropout is off.
  torch::Tensor predict(const Batch& batch);

  /// Returns the layer at an index if it is of this type; otherwise null.
  template <class Layer>
  Layer* layer_as(std::size_t index) const {
    const auto* found = std::get_if<std::shared_ptr<Layer>>(&modules_[index]);
    return found == nullptr ? nullptr : found->get();
  }

  /// Returns the last layer if it is of this type; otherwise null.
  template <class Layer>
  Layer* head() const {
    return layer_as<Layer>(modules_.size() - 1);
  }

  /// Returns the layer at an index with the weights for the second text of a pair; null if both
  /// texts share the layer.
  LayerImpl* second_layer(std::size_t index) const;

  /// Returns all layers of a type, in order, without those of second_layer().
  template <class Layer>
  std::vector<Layer*> find_all() const {
    std::vector<Layer*> result;
    for (std::size_t i = 0; i < modules_.size(); ++i) {
      if (auto* layer = layer_as<Layer>(i)) result.push_back(layer);
    }
    return result;
  }

  /// Returns the first layer of a type; null if there is none.
  template <class Layer>
  Layer* find() const {
    const std::vector<Layer*> all = find_all<Layer>();
    return all.empty() ? nullptr : all.front();
  }

  /// Makes this model's parameters views of `other`'s parameters. Each view has its own gradient.
  void share_parameters(SequenceModelImpl& other);

  /// Returns zero states for all recurrent layers, as at the beginning of a text. Shapes:
  /// [rows, H].
  CarriedStates zero_states(std::int64_t rows) const;

  /// See RecurrentImpl::use_operators.
  void use_operators(bool use);
  bool uses_operators() const;

  const ResolvedConfig& config() const { return config_; }
  const std::vector<std::shared_ptr<LayerImpl>>& layers() const { return layers_; }

 private:
  void freeze(const std::vector<std::string>& patterns);
  torch::Tensor run_layers(std::size_t count, const Batch& batch,
                           torch::Tensor* sequence_logits = nullptr);
  std::optional<std::size_t> reader_of_distinct(std::size_t index,
                                                const LayerContext& context) const;
  std::size_t forward_embedded(std::size_t index, torch::Tensor& values, LayerContext& context);
  std::size_t forward_encoders(std::size_t index, torch::Tensor& values,
                               const LayerContext& context);

  ResolvedConfig config_;
  std::vector<LayerModule> modules_;
  std::vector<std::shared_ptr<LayerImpl>> layers_;  // the same
  LayerRange second_encoder_;
  std::vector<LayerModule> second_modules_;  // of the layers in second_encoder_
};
TORCH_MODULE(SequenceModel);

/// Returns the batch with dropout switched off.
Batch without_noise(const Batch& batch);

}  // namespace sequent
