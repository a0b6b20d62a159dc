#include "core/layer_chain.h"

#include <algorithm>

#include "core/chain_step.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Form = Shape::Form;

/// Infers each layer's output shape from its input shape; errors go to `issues`.
class ChainWalker {
 public:
  ChainWalker(const Config& config, std::int64_t vocabulary_size, std::int64_t class_count,
              ConfigIssues& issues)
      : step_{config, definition_of(config), vocabulary_size, class_count, issues} {}

  Shape step(std::size_t index, const LayerSpec& spec, const Shape& input) {
    step_.index = index;
    step_.input = input;
    if (step_.task.is_causal()) {
      std::visit([this](const auto& layer) { check_direction(layer); }, spec);
    }
    return std::visit([this](const auto& layer) { return output(layer); }, spec);
  }

 private:
  /// A language model's layers must not see later tokens, and only hidden states reach from one
  /// chunk of the text to the next.
  template <class Spec>
  void check_direction(const Spec& spec) {
    if constexpr (std::is_base_of_v<RecurrentSpec, Spec>) {
      if (spec.bidirectional) {
        error("/bidirectional",
              "found true; a language model must not read the tokens that it predicts");
      }
      if (spec.learned_initial_state) {
        error("/learned_initial_state",
              "found true; a language model carries its hidden state across the chunks of "
              "a text");
      }
    }
    constexpr bool kMixesSteps =
        std::is_same_v<Spec, Conv1dSpec> || std::is_same_v<Spec, SelfAttentionSpec> ||
        std::is_same_v<Spec, AttentionSpec> || std::is_same_v<Spec, PoolSpec>;
    if (kMixesSteps) {
      error("/type", "found \"" + std::string(Spec::kType) +
                         "\"; in a language model only recurrent layers may read across "
                         "token");
    }
  }

  Shape output(const WordDropoutSpec&) {
    expect(input().form == Form::kTokens, "token ids; put it before the embedding");
    return input();
  }

  Shape output(const EmbeddingSpec& spec) {
    expect(input().form == Form::kTokens, "token ids; only one embedding reads the input");
    if (const auto* text = std::get_if<TextInput>(&config().input)) check_mask(spec, *text);
    if (spec.input_dim && *spec.input_dim < step_.vocabulary_size) {
      error("/input_dim", "found " + std::to_string(*spec.input_dim) + "; the vocabulary has " +
                              std::to_string(step_.vocabulary_size) +
                              " ids: raise it, leave it out, or set /input/vocabulary/max_size");
    }
    check_concat(spec);
    return {Form::kSequence, spec.width()};
  }

  void check_concat(const EmbeddingSpec& spec) {
    std::size_t spellings = 0;
    for (std::size_t i = 0; i < spec.concat.size(); ++i) {
      const auto* characters = std::get_if<CharactersSpec>(&spec.concat[i]);
      if (characters == nullptr) continue;
      const std::string part = "/concat/" + std::to_string(i);
      if (++spellings > 1) {
        error(part, "is the second character-level encoder; only one is allowed");
      }
      const bool is_lstm = characters->encoder == CharacterEncoderType::kLstm;
      if (is_lstm && characters->output_dim % 2 != 0) {
        error(part + "/output_dim", "found " + std::to_string(characters->output_dim) +
                                        "; an lstm needs an even number: half for each direction");
      }
      if (is_lstm && characters->kernel_size != CharactersSpec{}.kernel_size) {
        error(part + "/kernel_size", "has no meaning for an lstm; leave it out");
      }
    }
  }

  void check_mask(const EmbeddingSpec& spec, const TextInput& input) {
    if (step_.task.answers_per_token()) {
      if (!spec.mask) {
        error("/mask",
              "found false; a model that predicts an output for each token must mask "
              "padding");
      }
      return;
    }
    if (!spec.mask && !input.padding) {
      error("/mask",
            "found false without /input/padding; set the side on which texts are padded: "
            "\"pre\" or \"post\"");
    }
    if (spec.mask && input.padding) {
      step_.issues.add("/input/padding",
                       "has no effect while the embedding masks padding; leave it out, or set "
                       "/model/layers/" +
                           std::to_string(step_.index) + "/mask to false");
    }
  }

  Shape output(const NormalizationSpec& spec) {
    const auto* numeric = std::get_if<NumericInput>(&config().input);
    if (step_.index != 0 || numeric == nullptr) {
      error("", "expected numeric input, and no layer before it; between layers use layer_norm");
    } else if (spec.relative) {
      const auto* windows = std::get_if<WindowsFormat>(&config().data.format);
      if (windows == nullptr || !windows->target_channels()) {
        error("/relative",
              "found true; expected windows (/data/format) whose targets are among its columns");
      } else if (numeric->padding) {
        error("/relative", "found true with /input/padding, which would make zeros the last step");
      }
    }
    return input();
  }

  Shape output(const DropoutSpec&) {
    expect(input().form != Form::kTokens, "a sequence or a vector; for tokens use word_dropout");
    return input();
  }

  Shape output(const SpatialDropoutSpec&) {
    expect(input().form == Form::kSequence, "a sequence; for vectors use dropout");
    return input();
  }

  Shape output(const LstmSpec& spec) {
    if (spec.peephole && spec.coupled) {
      error("/coupled", "cannot be combined with /peephole; remove one of them");
    }
    return output(static_cast<const RecurrentSpec&>(spec));
  }
  Shape output(const RecurrentSpec& spec) {
    expect_sequence();
    const std::int64_t width = spec.units * (spec.bidirectional ? 2 : 1);
    if (spec.residual && !spec.return_sequences) {
      error("/residual",
            "found true without return_sequences; a residual needs one output per step");
    } else if (spec.residual && input().width != width) {
      error("/residual", "found true, but the input is " + std::to_string(input().width) +
                             " wide and the output " + std::to_string(width));
    }
    return {spec.return_sequences ? Form::kSequence : Form::kVector, width};
  }

  Shape output(const Conv1dSpec& spec) {
    expect_sequence();
    if (spec.activation == Activation::kSoftmax) {
      error("/activation", "found \"softmax\"; expected only in the last layer");
    }
    return {Form::kSequence, spec.filters};
  }

  Shape output(const LayerNormSpec&) {
    expect(input().form != Form::kTokens, "a sequence or a vector; put an embedding before it");
    return input();
  }

  Shape output(const PoolSpec& spec) {
    expect_sequence();
    check_modes(spec.modes());
    return {Form::kVector, input().width * static_cast<std::int64_t>(spec.modes().size())};
  }

  void check_modes(std::vector<PoolMode> modes) {
    std::sort(modes.begin(), modes.end());
    if (std::adjacent_find(modes.begin(), modes.end()) != modes.end()) {
      error("/mode", "names a mode twice; remove one of them");
    }
  }

  Shape output(const SequenceLabelSpec& spec) {
    expect_sequence();
    check_modes(spec.modes());
    const auto* tokens = std::get_if<TokensFormat>(&config().data.format);
    if (step_.task.target() != TargetKind::kTags) {
      error("",
            "predicts a label for each row of a tagger; expected \"task\": "
            "\"tagging\"");
    } else if (tokens == nullptr || !tokens->label) {
      error("", "needs rows with a label; expected /data/format \"tokens\" with \"label\"");
    } else if (config().sequence_label() !=
               std::get_if<SequenceLabelSpec>(&config().model.layers[step_.index])) {
      error("", "is the second sequence_label layer, but rows have one label; remove it");
    }
    return input();
  }

  template <class Spec>
  static constexpr bool kHasNoWeights =
      std::is_same_v<Spec, DropoutSpec> || std::is_same_v<Spec, SpatialDropoutSpec> ||
      std::is_same_v<Spec, WordDropoutSpec> || std::is_same_v<Spec, PoolSpec>;

  /// Separate encoders need weights that can differ.
  void check_encoders(const PairSpec& spec) {
    if (spec.encoders == PairEncoders::kShared) return;
    const auto& layers = config().model.layers;
    const LayerRange own = config().second_encoder();
    for (std::size_t i = own.begin; i < own.end; ++i) {
      const bool has_none =
          std::visit([]<class Spec>(const Spec&) { return kHasNoWeights<Spec>; }, layers[i]);
      if (!has_none) return;
    }
    error("/encoders",
          "found \"separate\", but no layer between this one and the embedding, which both texts "
          "share, has weights; add one, such as {\"type\": \"lstm\"}, or use \"shared\"");
  }

  Shape output(const PairSpec& spec) {
    expect(input().form == Form::kVector,
           "one vector per text; add {\"type\": \"pool\"} before it, or set return_sequences "
           "to false in the recurrent layer before it");
    std::vector<PairFeature> features = spec.features;
    std::sort(features.begin(), features.end());
    if (std::adjacent_find(features.begin(), features.end()) != features.end()) {
      error("/features", "names a feature twice; remove one of them");
    }
    if (step_.task.answers_per_token()) {
      error("", "combines two texts into one vector; " + std::string(step_.task.name()) +
                    " predicts an output for each token of one text");
    }
    const auto& layers = config().model.layers;
    if (std::any_of(
            layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(step_.index),
            [](const LayerSpec& layer) { return std::holds_alternative<PairSpec>(layer); })) {
      error("", "is the second pair layer; the first one already combines the texts");
    }
    check_encoders(spec);
    return {Form::kVector, spec.width(input().width)};
  }

  Shape output(const FeaturesSpec& spec) {
    expect(input().form == Form::kVector,
           "one vector per text; put it after a layer that gives one, such as {\"type\": "
           "\"pool\"} or a recurrent layer without return_sequences");
    const std::vector<FeatureSpec>& features = features_of(config().input);
    if (features.empty()) {
      error("",
            "joins the features of a row to the vector of its text, but /input/features names "
            "none; name them there, or remove the layer");
    }
    const auto& layers = config().model.layers;
    if (std::any_of(
            layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(step_.index),
            [](const LayerSpec& layer) { return std::holds_alternative<FeaturesSpec>(layer); })) {
      error("", "is the second features layer; remove one");
    }
    return {Form::kVector, input().width + spec.width(features)};
  }

  Shape output(const AttentionSpec&) {
    expect_sequence();
    return {Form::kVector, input().width};
  }

  Shape output(const SelfAttentionSpec& spec) {
    expect_sequence();
    if (input().form == Form::kSequence && input().width % spec.heads != 0) {
      error("/heads", "found " + std::to_string(spec.heads) + ", but the input is " +
                          std::to_string(input().width) + " wide; expected a divisor of that");
    }
    return input();
  }

  Shape output(const DenseSpec& spec) {
    expect(input().form != Form::kTokens, "a sequence or a vector; put an embedding before it");
    if (spec.tied && !(step_.is_last() && step_.task.is_causal())) {
      error("/tied", "found true; only the last layer of a language model can be tied");
    }
    if (step_.is_last()) return step_.task.check_dense_output(spec, step_);
    if (!spec.units) error("/units", "missing; only the last layer can infer it from the data");
    if (spec.activation == Activation::kSoftmax) {
      error("/activation", "found \"softmax\"; expected only in the last layer");
    }
    return {input().form, spec.units.value_or(1)};
  }

  /// Whether models of this task can end in such a layer; if so, it must be the last one.
  template <class Spec>
  bool check_special_output(const std::string& instead) {
    const std::vector<std::string_view> allowed = step_.task.last_layers();
    if (std::find(allowed.begin(), allowed.end(), Spec::kType) == allowed.end()) {
      error("", instead);
      return false;
    }
    step_.expect_last(Spec::kType);
    return step_.is_last();
  }

  Shape output(const CrfSpec&) {
    if (check_special_output<CrfSpec>(
            "predicts a tag for each token; expected \"task\": \"tagging\", or a dense layer")) {
      step_.expect_loss(Loss::kCategoricalCrossentropy, "tagging has");
    }
    expect_sequence();
    if (config().training.label_smoothing > 0) {
      step_.issues.add("/training/label_smoothing",
                       "has no meaning for a crf; leave it out, or end in dense");
    }
    return {Form::kSequence, step_.class_count};
  }

  Shape output(const DecoderSpec&) {
    expect_sequence();
    if (check_special_output<DecoderSpec>(
            "generates text; expected \"task\": \"sequence_to_sequence\"")) {
      step_.expect_loss(Loss::kCategoricalCrossentropy, "sequence_to_sequence has");
    }
    return {Form::kSequence, step_.class_count};
  }

  Shape output(const OrdinalSpec& spec) {
    step_.expect_row_vector();
    if (check_special_output<OrdinalSpec>(
            "predicts ordered classes; expected \"task\": \"classification\"")) {
      step_.expect_loss(Loss::kCategoricalCrossentropy, "ordinal has");
    }
    std::vector<std::string> names = spec.labels;
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
      error("/labels", "names a label twice");
    }
    return {Form::kVector, step_.class_count};
  }

  void expect(bool fits, const std::string& expected) const { step_.expect(fits, expected); }
  void expect_sequence() const { step_.expect_sequence(); }
  void error(const std::string& field, const std::string& message) const {
    step_.error(field, message);
  }
  const Config& config() const { return step_.config; }
  const Shape& input() const { return step_.input; }

  ChainStep step_;
};

/// Whether models of this task can end in the last layer.
bool ends_well(const Config& config) {
  if (config.model.layers.empty()) return false;
  const std::vector<std::string_view> allowed = definition_of(config).last_layers();
  const std::string_view type =
      std::visit([](const auto& spec) { return spec.kType; }, config.model.layers.back());
  return std::find(allowed.begin(), allowed.end(), type) != allowed.end();
}

}  // namespace

ResolvedConfig walk_layers(const Config& config, std::int64_t vocabulary_size,
                           std::int64_t class_count, ConfigIssues& issues) {
  ResolvedConfig resolved{config, vocabulary_size, class_count, {}, {}, 0};
  ChainWalker walker(config, vocabulary_size, class_count, issues);
  Shape shape{Form::kTokens, vocabulary_size};
  if (const auto* numeric = std::get_if<NumericInput>(&config.input)) {
    shape = {Form::kSequence, numeric->channels};
  }
  const std::size_t errors_before = issues.size();
  const auto& layers = config.model.layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    resolved.inputs.push_back(shape);
    shape = walker.step(i, layers[i], shape);
    resolved.outputs.push_back(shape);
  }
  if (issues.size() == errors_before && !ends_well(config)) {
    issues.add("/model/layers",
               "the last layer must be " + definition_of(config).last_layer_help());
  }
  return resolved;
}

bool ResolvedConfig::is_binary() const {
  return definition_of(config).has_binary_output(config.model);
}

ResolvedConfig resolve(const Config& config, std::int64_t vocabulary_size, std::int64_t class_count,
                       std::int64_t sequence_class_count) {
  std::vector<Issue> found;
  ConfigIssues issues(config.in_file(""), found);
  if (definition_of(config).predicts_tokens()) class_count = vocabulary_size;
  ResolvedConfig resolved = walk_layers(config, vocabulary_size, class_count, issues);
  if (!found.empty()) throw Error(ErrorKind::kConfig, found);
  resolved.sequence_class_count = sequence_class_count;
  return resolved;
}

}  // namespace sequent
