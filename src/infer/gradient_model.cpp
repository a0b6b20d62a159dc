#include "infer/gradient_model.h"

#include <algorithm>
#include <concepts>
#include <utility>

#include "core/parameter_names.h"
#include "infer/stages.h"
#include "kernels/arena.h"
#include "kernels/cell_kind.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

/// Runs a chain of layers and collects their backward functions.
StepValues run_chain(const std::vector<GradientLayerPointer>& layers, StepValues x,
                     std::vector<std::function<StepValues(const StepValues&)>>& backward) {
  for (const GradientLayerPointer& layer : layers) {
    GradientPass pass = layer->run(std::move(x));
    x = std::move(pass.output);
    backward.push_back(std::move(pass.backward));
  }
  return x;
}

StepValues retreat(const std::vector<std::function<StepValues(const StepValues&)>>& backward,
                   StepValues gradient) {
  for (std::size_t i = backward.size(); i-- > 0;) gradient = backward[i](gradient);
  return gradient;
}

}  // namespace

/// Creates the layers. A layer type without an overload does not compile.
class GradientModel::Maker {
 public:
  Maker(const ResolvedConfig& config, const WeightSource& weights, GradientModel& model)
      : config_(config), weights_(weights), model_(model) {}

  void make() {
    const auto& layers = config_.config.model.layers;
    const LayerRange second = config_.config.second_encoder();
    for (index_ = 0; index_ < layers.size(); ++index_) {
      for (const bool is_second : {false, true}) {
        if (is_second && !second.contains(index_)) continue;
        is_second_ = is_second;
        std::visit([this](const auto& spec) { add(spec); }, layers[index_]);
      }
    }
  }

 private:
  bool is_last() const { return index_ + 1 == config_.config.model.layers.size(); }
  std::string prefix() const { return layer_prefix(index_, is_second_); }
  std::int64_t input() const { return config_.inputs[index_].width; }

  void push(GradientLayerPointer layer) {
    const bool is_joined = model_.pair_ || model_.features_;
    auto& layers = is_joined ? model_.joined_ : is_second_ ? model_.second_layers_ : model_.layers_;
    layers.push_back(std::move(layer));
  }

  // Dropout has no effect at inference; a tagger's second head does not change its tags.
  void add(const WordDropoutSpec&) {}
  void add(const DropoutSpec&) {}
  void add(const SpatialDropoutSpec&) {}
  void add(const SequenceLabelSpec&) {}

  // Neither is part of a model whose outputs are explained.
  void add(const NormalizationSpec&) {}
  void add(const DecoderSpec&) {}

  void add(const EmbeddingSpec& spec) {
    model_.width_ = spec.width();
    model_.tables_.push_back({weights_(prefix() + "weight"), spec.output_dim, std::nullopt});
    std::int64_t column = spec.output_dim;
    for (std::size_t i = 0; i < spec.concat.size(); ++i) {
      const std::string part = prefix() + "concat." + std::to_string(i) + ".";
      if (const auto* characters = std::get_if<CharactersSpec>(&spec.concat[i])) {
        model_.encoder_ = std::make_unique<CharacterEncoder>(*characters, part, weights_);
        model_.encoder_column_ = column;
        model_.spellings_ = words_of(weights_(part + "spellings"), characters->max_bytes);
        // Its columns are filled separately.
        model_.tables_.push_back({{}, characters->output_dim, std::nullopt});
      } else {
        const auto* ngrams = std::get_if<NgramsSpec>(&spec.concat[i]);
        model_.tables_.push_back(
            {weights_(part + "weight"), output_dim(spec.concat[i]),
             ngrams == nullptr ? std::nullopt : std::optional(NgramHash(*ngrams))});
      }
      column += output_dim(spec.concat[i]);
    }
  }

  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec>
  void add(const Spec& spec) {
    const GradientRecurrentShape shape{
        cell_form(spec),       input(),      spec.units, spec.bidirectional,
        spec.return_sequences, spec.residual};
    push(missing_kernel(spec).empty() ? gradient_recurrent(shape, prefix(), weights_)
                                      : gradient_plain_recurrent(shape, prefix(), weights_));
  }

  void add(const Conv1dSpec& spec) { push(gradient_conv1d(spec, input(), prefix(), weights_)); }
  void add(const LayerNormSpec& spec) { push(gradient_layer_norm(spec, prefix(), weights_)); }
  void add(const PoolSpec& spec) { push(gradient_pool(spec.modes())); }
  void add(const AttentionSpec&) { push(gradient_attention(input(), prefix(), weights_)); }
  void add(const SelfAttentionSpec& spec) {
    push(gradient_self_attention(spec, input(), prefix(), weights_));
  }
  void add(const PairSpec& spec) { model_.pair_ = spec.features; }
  void add(const FeaturesSpec& spec) {
    model_.features_ = feature_vectors(spec, features_of(config_.config.input), prefix(), weights_);
  }
  void add(const OrdinalSpec&) { push(gradient_ordinal(prefix(), weights_)); }
  void add(const CrfSpec&) {
    push(gradient_dense(input(), Activation::kLinear, prefix(), weights_));
  }

  void add(const DenseSpec& spec) {
    const bool gives_logits = is_last() && definition_of(config_.config).answers_per_token();
    const Activation activation = gives_logits ? Activation::kLinear : spec.activation;
    if (!is_last() || !config_.config.standardizes_targets()) {
      return push(gradient_dense(input(), activation, prefix(), weights_));
    }
    // The conversion back to the targets' units is folded into the product.
    const std::span<const float> mean = weights_(prefix() + "target_mean");
    const std::span<const float> deviation = weights_(prefix() + "target_deviation");
    const std::span<const float> from = weights_(prefix() + "weight");
    std::vector<double> weight(from.begin(), from.end());
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= deviation[i / to_size(input())];
    const std::span<const float> shift = weights_(prefix() + "bias");
    std::vector<double> bias(shift.begin(), shift.end());
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] = bias[i] * deviation[i] + mean[i];
    push(gradient_dense(input(), activation, weight, bias));
  }

  const ResolvedConfig& config_;
  const WeightSource& weights_;
  GradientModel& model_;
  std::size_t index_ = 0;
  bool is_second_ = false;  // whether the layer reads the second text with weights of its own
};

GradientModel::GradientModel(const ResolvedConfig& config, const WeightSource& weights) {
  Maker(config, weights, *this).make();
}

/// Writes the vectors of the character-level encoder to the columns from `column` on.
void GradientModel::spell(const InputRow& text, std::int64_t column, StepValues& result) const {
  std::vector<std::string_view> words;
  for (const std::int32_t id : text.ids) {
    words.emplace_back(id < 0 ? text.words[to_size(-id) - 1] : spellings_[to_size(id)]);
  }
  kernels::Arena arena;
  const float* from = encoder_->encode(words, arena);
  for (std::int64_t step = 0; step < result.steps; ++step, from += encoder_->width()) {
    std::copy_n(from, encoder_->width(), result.at(step, 0) + column);
  }
}

StepValues GradientModel::embed(const InputRow& text) const {
  StepValues result(text.length(), 1, width_);
  const auto id_at = [&](std::int64_t step) -> std::int64_t {
    return step < 0 ? Vocabulary::kPad : text.ids[to_size(step)];
  };
  const auto known = [](std::int64_t id) { return id < 0 ? Vocabulary::kUnknown : id; };
  std::int64_t column = 0;
  for (const Table& table : tables_) {
    for (std::int64_t step = 0; step < result.steps && !table.values.empty(); ++step) {
      const std::int64_t row =
          table.ngrams ? table.ngrams->row([&](std::int64_t back) { return id_at(step - back); })
                       : known(id_at(step));
      std::copy_n(table.values.data() + row * table.width, table.width,
                  result.at(step, 0) + column);
    }
    column += table.width;
  }
  if (encoder_) spell(text, encoder_column_, result);
  return result;
}

StepValues GradientModel::join_features(const StepValues& vectors,
                                        std::span<const float> features) const {
  StepValues result(vectors.steps, vectors.rows, vectors.width + features_.value().width());
  for (std::int64_t row = 0; row < vectors.rows; ++row) {
    double* to = std::copy_n(vectors.at(0, row), vectors.width, result.at(0, row));
    features_.value().write(features, to);
  }
  return result;
}

ModelPass GradientModel::run(std::vector<StepValues> texts, std::span<const float> features) const {
  using Chain = std::vector<std::function<StepValues(const StepValues&)>>;
  std::vector<Chain> backward(texts.size());
  std::vector<StepValues> vectors;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& layers = i == 1 && !second_layers_.empty() ? second_layers_ : layers_;
    vectors.push_back(run_chain(layers, std::move(texts[i]), backward[i]));
  }
  if (features_) {
    const std::int64_t width = vectors.front().width;
    Chain rest;
    StepValues output = run_chain(joined_, join_features(vectors.front(), features), rest);
    return {std::move(output), [backward, rest, width](const StepValues& gradient) {
              // The features do not depend on the text.
              const StepValues of_joined = retreat(rest, gradient);
              StepValues of_vector(1, of_joined.rows, width);
              for (std::int64_t row = 0; row < of_joined.rows; ++row) {
                std::copy_n(of_joined.at(0, row), width, of_vector.at(0, row));
              }
              return std::vector<StepValues>{retreat(backward.front(), std::move(of_vector))};
            }};
  }
  if (!pair_) {
    return {std::move(vectors.front()), [backward](const StepValues& gradient) {
              return std::vector<StepValues>{retreat(backward.front(), gradient)};
            }};
  }
  GradientPairPass pair = gradient_pair(*pair_, std::move(vectors.at(0)), std::move(vectors.at(1)));
  Chain rest;
  StepValues output = run_chain(joined_, std::move(pair.output), rest);
  return {
      std::move(output),
      [backward, rest, retreat_pair = pair.backward](const StepValues& gradient) {
        const auto [first, second] = retreat_pair(retreat(rest, gradient));
        return std::vector<StepValues>{retreat(backward[0], first), retreat(backward[1], second)};
      }};
}

}  // namespace sequent
