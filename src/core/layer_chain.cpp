#include "core/layer_chain.h"

#include <algorithm>

namespace sequent {
namespace {

using Form = Shape::Form;

std::string show(const Shape& shape) {
  switch (shape.form) {
    case Form::kTokens:
      return "token ids [T]";
    case Form::kSequence:
      return "a sequence [T, " + std::to_string(shape.width) + "]";
    case Form::kVector:
      return "a vector [" + std::to_string(shape.width) + "]";
  }
  return "";
}

/// Gives each layer's output shape from its input shape; faults go to `issues`.
class ChainWalker {
 public:
  ChainWalker(const Config& config, std::int64_t vocabulary_size, std::int64_t class_count,
              std::string prefix, std::vector<Issue>& issues)
      : config_(config),
        vocabulary_size_(vocabulary_size),
        class_count_(class_count),
        prefix_(std::move(prefix)),
        issues_(issues) {}

  Shape step(std::size_t index, const LayerSpec& spec, const Shape& input) {
    index_ = index;
    input_ = input;
    if (config_.is_language_model()) {
      std::visit([this](const auto& layer) { check_direction(layer); }, spec);
    }
    return std::visit([this](const auto& layer) { return output(layer); }, spec);
  }

 private:
  /// A language model's layers must not see what follows, and states alone reach from one part of
  /// the text to the next.
  template <class Spec>
  void check_direction(const Spec& spec) {
    if constexpr (std::is_base_of_v<RecurrentSpec, Spec>) {
      if (spec.bidirectional) {
        fault("/bidirectional", "found true; a language model must not read what it is to predict");
      }
      if (spec.learned_initial_state) {
        fault("/learned_initial_state",
              "found true; a language model's states are carried from one part of the text to the "
              "next");
      }
    }
    constexpr bool kMixesSteps =
        std::is_same_v<Spec, Conv1dSpec> || std::is_same_v<Spec, SelfAttentionSpec> ||
        std::is_same_v<Spec, AttentionSpec> || std::is_same_v<Spec, PoolSpec>;
    if (kMixesSteps) {
      fault("/type", "found \"" + std::string(Spec::kType) +
                         "\"; in a language model recurrent layers alone reach from token to "
                         "token");
    }
  }

  Shape output(const WordDropoutSpec&) {
    expect(input_.form == Form::kTokens, "token ids; it stands before the embedding");
    return input_;
  }

  Shape output(const EmbeddingSpec& spec) {
    expect(input_.form == Form::kTokens, "token ids; only one embedding reads the input");
    if (const auto* text = std::get_if<TextInput>(&config_.input)) check_mask(spec, *text);
    if (spec.input_dim && *spec.input_dim < vocabulary_size_) {
      fault("/input_dim", "found " + std::to_string(*spec.input_dim) + "; the vocabulary has " +
                              std::to_string(vocabulary_size_) +
                              " ids: raise it, leave it out, or set /input/vocabulary/max_size");
    }
    check_beside(spec);
    return {Form::kSequence, spec.width()};
  }

  void check_beside(const EmbeddingSpec& spec) {
    std::size_t spellings = 0;
    for (std::size_t i = 0; i < spec.beside.size(); ++i) {
      const auto* characters = std::get_if<CharactersSpec>(&spec.beside[i]);
      if (characters == nullptr) continue;
      const std::string part = "/beside/" + std::to_string(i);
      if (++spellings > 1) fault(part, "is the second encoder of spellings; one is allowed");
      const bool is_lstm = characters->encoder == SpellingEncoder::kLstm;
      if (is_lstm && characters->output_dim % 2 != 0) {
        fault(part + "/output_dim", "found " + std::to_string(characters->output_dim) +
                                        "; an lstm needs an even number: half for each direction");
      }
      if (is_lstm && characters->kernel_size != CharactersSpec{}.kernel_size) {
        fault(part + "/kernel_size", "has no meaning for an lstm; leave it out");
      }
    }
  }

  void check_mask(const EmbeddingSpec& spec, const TextInput& input) {
    if (config_.answers_tokens()) {
      if (!spec.mask) fault("/mask", "found false; each token is answered, and padding is none");
      return;
    }
    if (!spec.mask && !input.padding) {
      fault("/mask",
            "found false without /input/padding; say on which side texts are filled up: "
            "\"pre\" or \"post\"");
    }
    if (spec.mask && input.padding) {
      issues_.push_back({prefix_ + "/input/padding",
                         "has no effect while the embedding masks padding; leave it out, or set "
                         "/model/layers/" +
                             std::to_string(index_) + "/mask to false"});
    }
  }

  Shape output(const NormalizationSpec& spec) {
    const auto* numeric = std::get_if<NumericInput>(&config_.input);
    if (index_ != 0 || numeric == nullptr) {
      fault("", "expected is numeric input, and no layer before it; between layers use layer_norm");
    } else if (spec.relative) {
      const auto* windows = std::get_if<WindowsFormat>(&config_.data.format);
      if (windows == nullptr || !windows->target_channels()) {
        fault(
            "/relative",
            "found true; expected are windows (/data/format) whose targets are among its columns");
      } else if (numeric->padding) {
        fault("/relative", "found true with /input/padding, whose zeros would be the last step");
      }
    }
    return input_;
  }

  Shape output(const DropoutSpec&) {
    expect(input_.form != Form::kTokens, "a sequence or a vector; for tokens use word_dropout");
    return input_;
  }

  Shape output(const SpatialDropoutSpec&) {
    expect(input_.form == Form::kSequence, "a sequence; for vectors use dropout");
    return input_;
  }

  Shape output(const LstmSpec& spec) {
    if (spec.peephole && spec.coupled) {
      fault("/coupled", "found true beside /peephole; a layer has one of the two");
    }
    return recurrent(spec);
  }
  Shape output(const RnnSpec& spec) { return recurrent(spec); }
  Shape output(const LstmHiddenStateSpec& spec) { return recurrent(spec); }
  Shape output(const GruSpec& spec) { return recurrent(spec); }
  Shape output(const MinGruSpec& spec) { return recurrent(spec); }

  Shape recurrent(const RecurrentSpec& spec) {
    expect_sequence();
    const std::int64_t width = spec.units * (spec.bidirectional ? 2 : 1);
    if (spec.residual && !spec.return_sequences) {
      fault("/residual", "found true without return_sequences: there is one input per step");
    } else if (spec.residual && input_.width != width) {
      fault("/residual", "found true, but the input is " + std::to_string(input_.width) +
                             " wide and the output " + std::to_string(width));
    }
    return {spec.return_sequences ? Form::kSequence : Form::kVector, width};
  }

  Shape output(const Conv1dSpec& spec) {
    expect_sequence();
    if (spec.activation == Activation::kSoftmax) {
      fault("/activation", "found \"softmax\"; allowed in the last layer alone");
    }
    return {Form::kSequence, spec.filters};
  }

  Shape output(const LayerNormSpec&) {
    expect(input_.form != Form::kTokens, "a sequence or a vector; put an embedding before it");
    return input_;
  }

  Shape output(const PoolSpec& spec) {
    expect_sequence();
    check_modes(spec.modes());
    return {Form::kVector, input_.width * static_cast<std::int64_t>(spec.modes().size())};
  }

  void check_modes(std::vector<PoolMode> modes) {
    std::sort(modes.begin(), modes.end());
    if (std::adjacent_find(modes.begin(), modes.end()) != modes.end()) {
      fault("/mode", "names a mode twice; each gives the same values again");
    }
  }

  Shape output(const RowLabelSpec& spec) {
    expect_sequence();
    check_modes(spec.modes());
    const auto* tokens = std::get_if<TokensFormat>(&config_.data.format);
    if (!config_.is_tagging()) {
      fault("",
            "gives a tagger's rows a label beside their tags; expected is \"task\": "
            "\"tagging\"");
    } else if (tokens == nullptr || !tokens->label) {
      fault("", "needs rows with a label; expected is /data/format \"tokens\" with \"label\"");
    } else if (config_.row_label() != std::get_if<RowLabelSpec>(&config_.model.layers[index_])) {
      fault("", "is the second row_label layer; rows have one label");
    }
    return input_;
  }

  Shape output(const PairSpec& spec) {
    expect(input_.form == Form::kVector,
           "a vector of each text; add {\"type\": \"pool\"} before it, or leave return_sequences "
           "false in the recurrent layer before");
    std::vector<PairFeature> features = spec.features;
    std::sort(features.begin(), features.end());
    if (std::adjacent_find(features.begin(), features.end()) != features.end()) {
      fault("/features", "names a feature twice; each gives the same values again");
    }
    if (config_.answers_tokens()) {
      fault("", "makes one vector of two texts; " + std::string(enum_name(config_.task)) +
                    " answers each token of one");
    }
    const auto& layers = config_.model.layers;
    if (std::any_of(
            layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(index_),
            [](const LayerSpec& layer) { return std::holds_alternative<PairSpec>(layer); })) {
      fault("", "is the second pair layer; the texts are together already");
    }
    return {Form::kVector, spec.width(input_.width)};
  }

  Shape output(const AttentionSpec&) {
    expect_sequence();
    return {Form::kVector, input_.width};
  }

  Shape output(const SelfAttentionSpec& spec) {
    expect_sequence();
    if (input_.form == Form::kSequence && input_.width % spec.heads != 0) {
      fault("/heads", "found " + std::to_string(spec.heads) + ", but the input is " +
                          std::to_string(input_.width) + " wide; expected is a divisor of that");
    }
    return input_;
  }

  void expect_sequence() {
    expect(input_.form == Form::kSequence,
           input_.form == Form::kTokens
               ? "a sequence; put an embedding before it"
               : "a sequence; what stands before gives one vector: set return_sequences to true "
                 "in a recurrent layer there, leave out a pool or attention");
  }

  Shape output(const DenseSpec& spec) {
    expect(input_.form != Form::kTokens, "a sequence or a vector; put an embedding before it");
    const bool last = index_ + 1 == config_.model.layers.size();
    if (spec.tied && !(last && config_.is_language_model())) {
      fault("/tied", "found true; only the last layer of a language model can be tied");
    }
    if (last) return head(spec);
    if (!spec.units) fault("/units", "missing; only the last layer may leave it to the data");
    if (spec.activation == Activation::kSoftmax) {
      fault("/activation", "found \"softmax\"; allowed in the last layer alone");
    }
    return {input_.form, spec.units.value_or(1)};
  }

  Shape output(const CrfSpec&) {
    if (!config_.is_tagging()) {
      fault("", "gives each token a tag; expected is \"task\": \"tagging\", or a dense layer");
    } else if (index_ + 1 < config_.model.layers.size()) {
      fault("", "stands before another layer; expected is crf as the last one");
    }
    expect_sequence();
    if (config_.is_tagging()) check_tagging_loss();
    if (config_.training.label_smoothing > 0) {
      issues_.push_back({prefix_ + "/training/label_smoothing",
                         "has no meaning for a crf; leave it out, or end in dense"});
    }
    return {Form::kSequence, class_count_};
  }

  Shape output(const DecoderSpec&) {
    expect_sequence();
    if (!config_.is_sequence_to_sequence()) {
      fault("", "writes a text; expected is \"task\": \"sequence_to_sequence\"");
    } else if (index_ + 1 < config_.model.layers.size()) {
      fault("", "stands before another layer; expected is decoder as the last one");
    } else {
      check_tagging_loss();
    }
    return {Form::kSequence, class_count_};
  }

  Shape output(const OrdinalSpec& spec) {
    expect(input_.form == Form::kVector,
           "a vector: the last layer gives one answer per row; add {\"type\": \"pool\"} or leave "
           "return_sequences false in the recurrent layer before");
    if (config_.task != Task::kClassification) {
      fault("", "puts classes in an order; expected is \"task\": \"classification\"");
    } else if (index_ + 1 < config_.model.layers.size()) {
      fault("", "stands before another layer; expected is ordinal as the last one");
    } else if (config_.loss() != Loss::kCategoricalCrossentropy) {
      issues_.push_back(
          {prefix_ + "/training/loss", "found \"" + std::string(enum_name(config_.loss())) +
                                           "\"; ordinal has categorical_crossentropy"});
    }
    std::vector<std::string> names = spec.labels;
    std::sort(names.begin(), names.end());
    if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
      fault("/labels", "names a label twice");
    }
    return {Form::kVector, class_count_};
  }

  void check_tagging_loss() {
    if (config_.loss() == Loss::kCategoricalCrossentropy) return;
    issues_.push_back({prefix_ + "/training/loss",
                       "found \"" + std::string(enum_name(config_.loss())) + "\"; " +
                           std::string(enum_name(config_.task)) + " has categorical_crossentropy"});
  }

  void check_tied(const DenseSpec& spec) {
    if (!spec.tied) return;
    const EmbeddingSpec* embedding = nullptr;
    for (const LayerSpec& layer : config_.model.layers) {
      if (const auto* found = std::get_if<EmbeddingSpec>(&layer)) embedding = found;
    }
    if (embedding == nullptr) return;  // its absence is a fault of its own
    if (!embedding->beside.empty() || embedding->input_dim) {
      fault("/tied",
            "found true with an embedding that sets \"beside\" or \"input_dim\"; expected "
            "is one plain table");
    } else if (input_.width != embedding->width()) {
      fault("/tied", "found true, but the input is " + std::to_string(input_.width) +
                         " wide and the embedding " + std::to_string(embedding->width()) +
                         "; give the recurrent layer before as many units");
    }
  }

  /// The head that answers each token.
  Shape token_head(const DenseSpec& spec) {
    expect(input_.form == Form::kSequence,
           "a sequence: the last layer answers each token; set return_sequences to true in the "
           "recurrent layer before, and leave out pools");
    if (spec.activation != Activation::kSoftmax) {
      fault("/activation",
            "found \"" + std::string(enum_name(spec.activation)) +
                (config_.is_tagging() ? "\"; tagging ends in dense with \"softmax\", or in crf"
                                      : "\"; a language model ends in dense with \"softmax\""));
    }
    check_tagging_loss();
    check_tied(spec);
    if (spec.units && class_count_ > 0 && *spec.units != class_count_) {
      fault("/units", "found " + std::to_string(*spec.units) + "; the data have " +
                          std::to_string(class_count_) +
                          (config_.is_tagging() ? " tags" : " tokens, the reserved ones included") +
                          ": write that, or leave it out");
    }
    return {Form::kSequence, class_count_ > 0 ? class_count_ : spec.units.value_or(0)};
  }

  Shape head(const DenseSpec& spec) {
    if (config_.is_sequence_to_sequence()) {
      fault("/type", "found \"dense\" as the last layer; sequence_to_sequence ends in decoder");
      return input_;
    }
    if (config_.answers_tokens()) return token_head(spec);
    expect(input_.form == Form::kVector,
           "a vector: the last layer gives one answer per row; add {\"type\": \"pool\"} or leave "
           "return_sequences false in the recurrent layer before");
    if (config_.is_regression()) return regression_head(spec);
    if (config_.is_multi_label()) return multi_label_head(spec);
    const bool sigmoid = spec.activation == Activation::kSigmoid;
    if (!sigmoid && spec.activation != Activation::kSoftmax) {
      fault("/activation",
            "found \"" + std::string(enum_name(spec.activation)) +
                "\"; the last layer needs \"softmax\", or \"sigmoid\" for two classes");
    }
    const Loss fitting = sigmoid ? Loss::kBinaryCrossentropy : Loss::kCategoricalCrossentropy;
    if (config_.loss() != fitting) {
      issues_.push_back({prefix_ + "/training/loss",
                         "found \"" + std::string(enum_name(config_.loss())) + "\" with a " +
                             std::string(enum_name(spec.activation)) +
                             " head; softmax goes with categorical_crossentropy, sigmoid with "
                             "binary_crossentropy"});
    }
    check_head_width(spec, sigmoid);
    return {Form::kVector, sigmoid ? 1 : class_count_};
  }

  Shape multi_label_head(const DenseSpec& spec) {
    if (spec.activation != Activation::kSigmoid) {
      fault("/activation", "found \"" + std::string(enum_name(spec.activation)) +
                               "\"; multi_label needs \"sigmoid\": a probability for each label");
    } else if (config_.loss() != Loss::kBinaryCrossentropy) {
      issues_.push_back(
          {prefix_ + "/training/loss", "found \"" + std::string(enum_name(config_.loss())) +
                                           "\"; multi_label has binary_crossentropy"});
    }
    if (spec.units && class_count_ > 0 && *spec.units != class_count_) {
      fault("/units", "found " + std::to_string(*spec.units) + "; the data have " +
                          std::to_string(class_count_) + " labels: write that, or leave it out");
    }
    return {Form::kVector, class_count_ > 0 ? class_count_ : spec.units.value_or(0)};
  }

  Shape regression_head(const DenseSpec& spec) {
    if (spec.activation == Activation::kSoftmax) {
      fault("/activation",
            "found \"softmax\", which gives shares of 1; regression needs \"linear\"");
    } else if (spec.activation != Activation::kLinear && config_.standardizes_targets()) {
      fault("/activation",
            "found \"" + std::string(enum_name(spec.activation)) +
                "\", which cannot give all standardized numbers; use \"linear\", or set "
                "/model/standardize_targets to false");
    }
    if (spec.units && class_count_ > 0 && *spec.units != class_count_) {
      fault("/units", "found " + std::to_string(*spec.units) + "; the data have " +
                          std::to_string(class_count_) + " targets: write that, or leave it out");
    }
    return {Form::kVector, class_count_ > 0 ? class_count_ : spec.units.value_or(0)};
  }

  void check_head_width(const DenseSpec& spec, bool sigmoid) {
    if (sigmoid) {
      if (spec.units && *spec.units != 1) {
        fault("/units", "found " + std::to_string(*spec.units) +
                            "; a sigmoid head has 1 unit (softmax has one per class)");
      }
      if (class_count_ > 2) {
        fault("/activation", "found \"sigmoid\", but the data have " +
                                 std::to_string(class_count_) + " labels; use \"softmax\"");
      }
    } else if (spec.units && class_count_ > 0 && *spec.units != class_count_) {
      fault("/units", "found " + std::to_string(*spec.units) + "; the data have " +
                          std::to_string(class_count_) + " labels: write that, or leave it out");
    } else if (spec.units && *spec.units == 1 && spec.activation == Activation::kSoftmax) {
      fault("/units", "found 1 with softmax, which is always 1; use \"sigmoid\"");
    }
  }

  void expect(bool fits, const std::string& wanted) {
    if (!fits) fault("", "its input is " + show(input_) + "; expected is " + wanted);
  }

  void fault(const std::string& field, const std::string& message) {
    issues_.push_back({prefix_ + "/model/layers/" + std::to_string(index_) + field, message});
  }

  const Config& config_;
  std::int64_t vocabulary_size_;
  std::int64_t class_count_;
  std::string prefix_;
  std::vector<Issue>& issues_;
  std::size_t index_ = 0;
  Shape input_;
};

/// As a message lists them.
std::string head_activations(const Config& config) {
  if (config.is_regression()) return "linear";
  if (config.is_language_model()) return "softmax";
  if (config.is_multi_label()) return "sigmoid";
  return config.is_tagging() ? "softmax, or crf" : "softmax or sigmoid";
}

}  // namespace

ResolvedConfig walk_layers(const Config& config, std::int64_t vocabulary_size,
                           std::int64_t class_count, const std::string& prefix,
                           std::vector<Issue>& issues) {
  ResolvedConfig resolved{config, vocabulary_size, class_count, {}, {}, 0};
  ChainWalker walker(config, vocabulary_size, class_count, prefix, issues);
  Shape shape{Form::kTokens, vocabulary_size};
  if (const auto* numeric = std::get_if<NumericInput>(&config.input)) {
    shape = {Form::kSequence, numeric->channels};
  }
  const std::size_t faults_before = issues.size();
  const auto& layers = config.model.layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    resolved.inputs.push_back(shape);
    shape = walker.step(i, layers[i], shape);
    resolved.outputs.push_back(shape);
  }
  if (config.is_sequence_to_sequence() && issues.size() == faults_before &&
      !std::holds_alternative<DecoderSpec>(layers.back())) {
    issues.push_back({prefix + "/model/layers", "the last layer must be decoder"});
  }
  const bool ends_well = config.is_sequence_to_sequence() ||
                         (!layers.empty() && (std::holds_alternative<DenseSpec>(layers.back()) ||
                                              std::holds_alternative<CrfSpec>(layers.back()) ||
                                              std::holds_alternative<OrdinalSpec>(layers.back())));
  if (!ends_well && issues.size() == faults_before) {
    issues.push_back({prefix + "/model/layers",
                      "the last layer must be dense, with activation " + head_activations(config)});
  }
  return resolved;
}

bool ResolvedConfig::is_binary() const {
  const auto* head = std::get_if<DenseSpec>(&config.model.layers.back());
  return config.task == Task::kClassification && head != nullptr &&
         head->activation == Activation::kSigmoid;
}

ResolvedConfig resolve(const Config& config, std::int64_t vocabulary_size, std::int64_t class_count,
                       std::int64_t row_class_count) {
  std::vector<Issue> issues;
  if (config.is_language_model() || config.is_sequence_to_sequence()) {
    class_count = vocabulary_size;
  }
  ResolvedConfig resolved =
      walk_layers(config, vocabulary_size, class_count, config.in_file(""), issues);
  if (!issues.empty()) throw Error(ErrorKind::kConfig, issues);
  resolved.row_class_count = row_class_count;
  return resolved;
}

}  // namespace sequent
