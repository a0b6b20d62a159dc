// Creates the stages of the fused engine from a model's config and weights.
#include <algorithm>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/parameter_names.h"
#include "infer/character_encoder.h"
#include "infer/stages.h"
#include "infer/text_decoder.h"
#include "kernels/cell_kind.h"
#include "runtime/precision.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using kernels::Arena;

/// Creates the stages of a chain of layers.
class StageMaker {
 public:
  StageMaker(const ResolvedConfig& config, const WeightSource& weights, const FusedOptions& options)
      : config_(config), weights_(weights), options_(options) {}

  StageChain make() {
    const LayerRange encoders = config_.config.second_encoder();
    if (encoders.empty()) {
      add_layers({0, config_.config.model.layers.size()});
    } else {
      add_layers({0, encoders.begin});
      add_encoders(encoders);
      add_layers({encoders.end, config_.config.model.layers.size()});
    }
    return std::move(made_);
  }

 private:
  void add_layers(const LayerRange& layers) {
    for (index_ = layers.begin; index_ < layers.end; ++index_) {
      if (ends_vector()) {
        made_.before_vector = made_.stages.size();
        made_.vector_width = config_.inputs[index_].width;
      }
      std::visit([this](const auto& spec) { add(spec); }, config_.config.model.layers[index_]);
    }
  }

  /// Adds the stage in which each text of a pair has its own encoder. The stages before it are
  /// part of it.
  void add_encoders(const LayerRange& layers) {
    std::vector<StagePointer> shared = std::exchange(made_.stages, {});
    const auto embedding = embedding_;
    add_layers(layers);
    std::vector<StagePointer> first = std::exchange(made_.stages, {});
    embedding_ = embedding;
    is_second_ = true;
    add_layers(layers);
    is_second_ = false;
    std::vector<StagePointer> second = std::exchange(made_.stages, {});
    made_.stages.push_back(encoders_stage(std::move(shared), std::move(first), std::move(second)));
  }

  /// The token tables of separate encoders share the memory.
  std::int64_t token_table_bytes() const {
    return options_.token_table_bytes / (config_.config.second_encoder().empty() ? 1 : 2);
  }

  /// Whether the layers before compute each text's own vector.
  bool ends_vector() const {
    const auto& layers = config_.config.model.layers;
    if (config_.config.reads_pairs()) return std::holds_alternative<PairSpec>(layers[index_]);
    if (!features_of(config_.config.input).empty()) {
      return std::holds_alternative<FeaturesSpec>(layers[index_]);
    }
    return is_last();
  }
  bool is_last() const { return index_ + 1 == config_.config.model.layers.size(); }

  std::string prefix() const { return layer_prefix(index_, is_second_); }

  // Dropout has no effect at inference.
  void add(const WordDropoutSpec&) {}
  void add(const DropoutSpec&) {}

  void add(const SpatialDropoutSpec&) {}

  void add(const NormalizationSpec& spec) {
    made_.stages.push_back(normalization_stage(spec.relative, weights_(prefix() + "mean"),
                                               weights_(prefix() + "deviation")));
  }
  void add(const SelfAttentionSpec& spec) {
    made_.stages.push_back(self_attention_stage(
        spec, config_.inputs[index_].width,
        {weights_(prefix() + "in_proj_weight"), weights_(prefix() + "in_proj_bias"),
         weights_(prefix() + "out_proj_weight"), weights_(prefix() + "out_proj_bias")}));
  }
  void add(const DecoderSpec& spec) {
    made_.decoder = std::make_shared<TextDecoder>(
        kernels_for(options_.precision, "precision"), spec, config_.inputs[index_].width,
        max_length(config_.config.input) + 1, prefix(), weights_);
  }
  void add(const EmbeddingSpec& spec) {
    if (spec.characters() != nullptr) return add_spelled(spec);
    if (spec.has_ngrams()) {
      made_.stages.push_back(embedding_stage(tables_of(spec)));
      return;
    }
    const std::span<const float> table =
        spec.concat.empty() ? weights_(prefix() + "weight") : join_tables(spec);
    if (next_reads_tokens()) {
      embedding_ = std::make_shared<const std::vector<float>>(table.begin(), table.end());
    } else {
      made_.stages.push_back(embedding_stage({{table, spec.width()}}));
    }
  }

  /// The tables of an embedding with n-grams, each on its own.
  std::vector<VectorTable> tables_of(const EmbeddingSpec& spec) {
    std::vector<VectorTable> tables{{weights_(prefix() + "weight"), spec.output_dim}};
    for (std::size_t i = 0; i < spec.concat.size(); ++i) {
      VectorTable& table = tables.emplace_back();
      table.width = output_dim(spec.concat[i]);
      if (const auto* characters = std::get_if<CharactersSpec>(&spec.concat[i])) {
        joined_ = spelled_table(*characters, concat(i));  // there is only one
        table.values = joined_;
        continue;
      }
      table.values = weights_(concat(i) + "weight");
      const auto* ngrams = std::get_if<NgramsSpec>(&spec.concat[i]);
      if (ngrams != nullptr) table.ngrams = NgramHash(*ngrams);
    }
    return tables;
  }

  /// The tables of an embedding without n-grams, concatenated, [rows, width].
  std::span<const float> join_tables(const EmbeddingSpec& spec) {
    const std::span<const float> first = weights_(prefix() + "weight");
    const std::size_t rows = first.size() / to_size(spec.output_dim);
    joined_.resize(rows * to_size(spec.width()));
    std::size_t column = 0;
    const auto add_table = [&](std::span<const float> table) {
      const std::size_t width = table.size() / rows;
      for (std::size_t row = 0; row < rows; ++row) {
        std::copy_n(table.data() + row * width, width,
                    joined_.data() + row * to_size(spec.width()) + column);
      }
      column += width;
    };
    add_table(first);
    for (std::size_t i = 0; i < spec.concat.size(); ++i) {
      const auto* characters = std::get_if<CharactersSpec>(&spec.concat[i]);
      if (characters == nullptr) {
        add_table(weights_(concat(i) + "weight"));
      } else {
        add_table(spelled_table(*characters, concat(i)));
      }
    }
    return joined_;
  }

  std::string concat(std::size_t part) const {
    return prefix() + "concat." + std::to_string(part) + ".";
  }

  /// The vectors of the vocabulary's own tokens from the character-level encoder, computed once.
  std::vector<float> spelled_table(const CharactersSpec& spec, const std::string& own) const {
    const CharacterEncoder spelling(spec, own, weights_);
    const std::vector<std::string> words = words_of(weights_(own + "spellings"), spec.max_bytes);
    std::vector<float> table;
    constexpr std::size_t kTogether = 256;
    for (std::size_t begin = 0; begin < words.size(); begin += kTogether) {
      const std::size_t end = std::min(words.size(), begin + kTogether);
      const std::vector<std::string_view> some(words.begin() + static_cast<std::ptrdiff_t>(begin),
                                               words.begin() + static_cast<std::ptrdiff_t>(end));
      Arena arena;
      const float* vectors = spelling.encode(some, arena);
      table.insert(table.end(), vectors, vectors + to_size(spelling.width()) * some.size());
    }
    return table;
  }

  void add_spelled(const EmbeddingSpec& spec) {
    std::int64_t column = spec.output_dim;
    std::size_t part = 0;
    while (!std::holds_alternative<CharactersSpec>(spec.concat[part])) {
      column += output_dim(spec.concat[part++]);
    }
    std::vector<VectorTable> tables;
    if (spec.has_ngrams()) {
      tables = tables_of(spec);
    } else {
      tables.push_back({join_tables(spec), spec.width()});
    }
    made_.stages.push_back(spelled_embedding_stage(
        tables, std::make_unique<CharacterEncoder>(*spec.characters(), concat(part), weights_),
        column));
  }

  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec>
  void add(const Spec& spec) {
    if (!missing_kernel(spec).empty()) return add_plain(spec);
    RecurrentShape shape;
    shape.kernels = &kernels_for(options_.precision, "precision");
    shape.size = {kernel_cell(cell_kind(spec)).value(), config_.inputs[index_].width, spec.units};
    shape.directions = spec.bidirectional ? 2 : 1;
    shape.residual = spec.residual;
    if (!spec.return_sequences) shape.result = Result::kLastVisited;
    made_.start.push_back(zero_states(spec));
    const std::string own_prefix = prefix();
    if constexpr (std::is_same_v<Spec, LstmHiddenStateSpec>) {
      made_.stages.push_back(hidden_state_stage(shape, own_prefix, weights_));
      return;
    }
    const auto* pool = next_as<PoolSpec>();
    if (pool != nullptr && pool->modes().size() == 1 && spec.return_sequences && !spec.residual) {
      shape.result = Result::kPooled;
      shape.pool = pool->modes().front();
      index_ = next();  // the pool is part of this stage
    }
    const TokenInput tokens{std::exchange(embedding_, nullptr), token_table_bytes()};
    made_.stages.push_back(recurrent_stage(shape, own_prefix, weights_, tokens));
  }

  template <class Spec>
  void add_plain(const Spec& spec) {
    PlainShape shape;
    shape.kernels = &kernels_for(options_.precision, "precision");
    shape.form = cell_form(spec);
    shape.units = spec.units;
    shape.directions = spec.bidirectional ? 2 : 1;
    shape.is_sequence = spec.return_sequences;
    shape.residual = spec.residual;
    made_.start.push_back(zero_states(spec));
    const TokenInput tokens{std::exchange(embedding_, nullptr), token_table_bytes()};
    made_.stages.push_back(plain_recurrent_stage(shape, prefix(), weights_, tokens));
  }

  template <class Spec>
  static LayerStates zero_states(const Spec& spec) {
    const std::vector<float> zeros(to_size(spec.units));
    return {zeros, has_cell_state(cell_kind(spec)) ? zeros : std::vector<float>{}};
  }

  void add(const Conv1dSpec& spec) {
    made_.stages.push_back(conv1d_stage(spec, config_.inputs[index_].width,
                                        weights_(prefix() + "weight"),
                                        weights_(prefix() + "bias")));
  }
  void add(const LayerNormSpec& spec) {
    made_.stages.push_back(
        layer_norm_stage(spec.epsilon, weights_(prefix() + "weight"), weights_(prefix() + "bias")));
  }
  void add(const AttentionSpec&) {
    made_.stages.push_back(
        attention_stage(config_.inputs[index_].width, weights_(prefix() + "weight"),
                        weights_(prefix() + "bias"), weights_(prefix() + "query")));
  }
  void add(const SequenceLabelSpec& spec) {
    made_.stages.push_back(sequence_label_stage(
        spec.modes(), config_.inputs[index_].width, config_.sequence_class_count,
        weights_(prefix() + "weight"), weights_(prefix() + "bias")));
  }
  void add(const FeaturesSpec& spec) {
    made_.stages.push_back(features_stage(
        feature_vectors(spec, features_of(config_.config.input), prefix(), weights_)));
  }
  void add(const PairSpec& spec) { made_.stages.push_back(pair_stage(spec.features)); }
  void add(const PoolSpec& spec) { made_.stages.push_back(pool_stage(spec.modes())); }

  void add(const CrfSpec&) {
    made_.stages.push_back(dense_stage(config_.inputs[index_].width, config_.outputs[index_].width,
                                       Activation::kLinear, weights_(prefix() + "weight"),
                                       weights_(prefix() + "bias")));
  }

  void add(const OrdinalSpec&) {
    made_.stages.push_back(
        ordinal_stage(weights_(prefix() + "weight"), weights_(prefix() + "first").front(),
                      weights_(prefix() + "gaps"), weights_(prefix() + "ranks")));
  }

  /// A tied layer uses the embedding's table as its weights.
  std::string embedding_prefix() const {
    const auto& layers = config_.config.model.layers;
    std::size_t i = 0;
    while (!std::holds_alternative<EmbeddingSpec>(layers[i])) ++i;
    return layer_prefix(i);
  }

  void add(const DenseSpec& spec) {
    const std::int64_t input = config_.inputs[index_].width;
    if (is_last() && definition_of(config_.config).predicts_tokens()) {
      made_.head = std::make_unique<NextTokenHead>(
          kernels_for(options_.precision, "precision"), input,
          weights_((spec.tied ? embedding_prefix() : prefix()) + "weight"),
          weights_(prefix() + "bias"));
      return;
    }
    const std::int64_t units = config_.outputs[index_].width;
    const std::span<const float> weight = weights_(prefix() + "weight");
    const std::span<const float> bias = weights_(prefix() + "bias");
    if (!is_last() || !config_.config.standardizes_targets()) {
      made_.stages.push_back(dense_stage(input, units, spec.activation, weight, bias));
      return;
    }
    // The conversion back to the targets' units is folded into the product.
    const std::span<const float> mean = weights_(prefix() + "target_mean");
    const std::span<const float> deviation = weights_(prefix() + "target_deviation");
    std::vector<float> scaled(weight.begin(), weight.end());
    std::vector<float> shifted(bias.begin(), bias.end());
    for (std::size_t unit = 0; unit < shifted.size(); ++unit) {
      for (std::size_t i = 0; i < to_size(input); ++i) {
        scaled[unit * to_size(input) + i] *= deviation[unit];
      }
      shifted[unit] = shifted[unit] * deviation[unit] + mean[unit];
    }
    made_.stages.push_back(dense_stage(input, units, spec.activation, scaled, shifted));
  }

  /// Returns the next layer that is not dropout.
  std::size_t next() const {
    const auto& layers = config_.config.model.layers;
    std::size_t i = index_ + 1;
    while (i < layers.size() && (std::holds_alternative<DropoutSpec>(layers[i]) ||
                                 std::holds_alternative<SpatialDropoutSpec>(layers[i]))) {
      ++i;
    }
    return i;
  }
  template <class Spec>
  const Spec* next_as() const {
    const auto& layers = config_.config.model.layers;
    return next() < layers.size() ? std::get_if<Spec>(&layers[next()]) : nullptr;
  }
  /// Whether the next layer is a recurrent layer that reads its products from a table by token.
  bool next_reads_tokens() const {
    const auto& layers = config_.config.model.layers;
    if (next() >= layers.size()) return false;
    return std::visit(
        []<class Spec>(const Spec& spec) {
          if constexpr (std::derived_from<Spec, RecurrentSpec> &&
                        !std::is_same_v<Spec, LstmHiddenStateSpec>) {
            return !spec.residual;
          } else {
            return false;
          }
        },
        layers[next()]);
  }

  const ResolvedConfig& config_;
  const WeightSource& weights_;
  const FusedOptions& options_;
  std::size_t index_ = 0;
  bool is_second_ = false;  // whether the layer reads the second text with weights of its own
  std::shared_ptr<const std::vector<float>> embedding_;  // waits for the layer that reads it
  std::vector<float> joined_;
  StageChain made_;
};

}  // namespace

StageChain make_stages(const ResolvedConfig& config, const WeightSource& weights,
                       const FusedOptions& options) {
  return StageMaker(config, weights, options).make();
}

}  // namespace sequent
