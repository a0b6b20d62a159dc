// Generates TorchScript source from a config. Each layer has an overload here that corresponds to
// its module in src/model/.
#include "script/script_writer.h"

#include <concepts>
#include <iomanip>

#include "core/parameter_names.h"
#include "script/recurrent_source.h"
#include "tasks/inference_task.h"
#include "tasks/task_definition.h"
#include "text/ngram_hash.h"

namespace sequent {
namespace {

/// Returns the expression for one kind of pooling of `x`.
std::string pooled_by(PoolMode mode) {
  switch (mode) {
    case PoolMode::kMax:
      return "x.masked_fill(padding.unsqueeze(2), float(\"-inf\")).max(1)[0]";
    case PoolMode::kMean:
      return "x.masked_fill(padding.unsqueeze(2), 0.0).sum(1) / "
             "lengths.unsqueeze(1).to(x.dtype)";
    case PoolMode::kLast:
      return "x.gather(1, last_step.unsqueeze(2).expand(-1, -1, x.size(2))).squeeze(1)";
    case PoolMode::kFirst:
      return "x.select(1, 0)";
  }
  return "";
}

/// Generates the lines of the layers. The lines of a layer read and assign `x`.
class LayerLines {
 public:
  explicit LayerLines(ScriptWriter& script)
      : script_(script),
        config_(script.config()),
        is_causal_(definition_of(script.config().config).is_causal()) {}

  void write(std::size_t index) {
    index_ = index;
    std::visit([this](const auto& spec) { write_layer(spec); }, config_.config.model.layers[index]);
  }

  /// Generates the lines that run each text of a pair through its own encoder.
  void write_encoders(const LayerRange& layers) {
    line("    texts = x.reshape([-1, 2, x.size(1), x.size(2)])");
    line("    text_lengths = lengths.view([-1, 2])");
    for (const bool is_second : {false, true}) {
      const std::string text = is_second ? "1" : "0";
      line("    lengths = text_lengths.select(1, " + text + ")");
      line("    x = texts.select(1, " + text + ").narrow(1, 0, int(lengths.max()))");
      script_.write_positions("lengths");
      is_second_ = is_second;
      for (std::size_t i = layers.begin; i < layers.end; ++i) write(i);
      line("    vector_" + text + " = x");
    }
    is_second_ = false;
    line("    x = torch.stack([vector_0, vector_1], 1).flatten(0, 1)");
  }

 private:
  // An exported model contains no dropout of any kind.
  void write_layer(const WordDropoutSpec&) {}
  void write_layer(const DropoutSpec&) {}
  void write_layer(const SpatialDropoutSpec&) {}

  // The task generates the methods of these layers.
  void write_layer(const SequenceLabelSpec&) {}
  void write_layer(const DecoderSpec&) {}

  void write_layer(const EmbeddingSpec& spec) {
    table_ = parameter("weight");
    if (spec.concat.empty()) {
      line("    x = torch.embedding(" + parameter("weight") + ", x)");
      return;
    }
    if (spec.characters() != nullptr) line("    x = x.masked_fill(x < 0, 1)");
    line("    vectors = [torch.embedding(" + parameter("weight") + ", x)]");
    for (std::size_t i = 0; i < spec.concat.size(); ++i) {
      const std::string part = "concat." + std::to_string(i) + ".";
      if (const auto* characters = std::get_if<CharactersSpec>(&spec.concat[i])) {
        write_characters(*characters, part);
      } else if (const auto* ngrams = std::get_if<NgramsSpec>(&spec.concat[i])) {
        write_ngrams(*ngrams, part);
      } else {
        line("    vectors.append(torch.embedding(" + parameter(part + "weight") + ", x))");
      }
    }
    line("    x = torch.cat(vectors, 2)");
  }

  /// Appends the vectors of the n-grams to `vectors`; see NgramHash.
  void write_ngrams(const NgramsSpec& spec, const std::string& part) {
    line("    unknown = x == 1");
    line("    runs = torch.zeros_like(x)");
    line("    runs_unknown = torch.zeros_like(unknown)");
    for (std::int64_t back = spec.n - 1; back >= 0; --back) {
      const auto before = [&](const std::string& values) {
        if (back == 0) return values;
        return "torch.constant_pad_nd(" + values + ", [" + std::to_string(back) +
               ", 0]).narrow(1, 0, x.size(1))";
      };
      line("    runs = (runs * " + std::to_string(NgramHash::kFactor) + " + " + before("x") +
           ") % " + std::to_string(NgramHash::kPrime));
      line("    runs_unknown = runs_unknown.logical_or(" + before("unknown") + ")");
    }
    line("    runs = (runs * " + std::to_string(NgramHash::kSpread) + ") % " +
         std::to_string(NgramHash::kPrime) + " % " + std::to_string(spec.buckets - 1) + " + 1");
    line("    runs = runs.masked_fill(runs_unknown, " + std::to_string(NgramHash::kUnknownRow) +
         ")");
    line("    vectors.append(torch.embedding(" + parameter(part + "weight") + ", runs))");
  }

  /// Appends the vectors of the character-level encoder to `vectors`, computing each distinct token
  /// only once. Keeps `x` unchanged.
  void write_characters(const CharactersSpec& spec, const std::string& part) {
    line("    words = x");
    line("    distinct, places, counts = torch._unique2(tokens, True, True)");
    line("    letters = " + parameter(part + "spellings") +
         ".index_select(0, distinct.masked_fill(distinct < 0, 1))");
    line("    if spellings is not None:");
    line("        spelled = spellings.index_select(0, (-distinct - 1).clamp_min(0))");
    line("        letters = torch.where((distinct < 0).unsqueeze(1), spelled, letters)");
    line("    letters = letters.to(tokens.dtype)");
    line("    letter_counts = (letters > 0).sum(1).clamp_min(1)");
    line("    x = torch.embedding(" + parameter(part + "bytes") + ", letters)");
    script_.write_positions("letter_counts");
    if (spec.encoder == CharacterEncoderType::kLstm) {
      LstmSpec lstm;
      lstm.units = spec.output_dim / 2;
      lstm.bidirectional = true;
      write_recurrent(lstm, part + "lstm.");
    } else {
      Conv1dSpec convolution;
      convolution.kernel_size = spec.kernel_size;
      write_convolution(convolution, part + "cnn.");
      line("    x = " + pooled_by(PoolMode::kMax));
    }
    line(
        "    vectors.append(x.index_select(0, places.flatten()).view(words.size(0), "
        "words.size(1), " +
        std::to_string(spec.output_dim) + "))");
    line("    x = words");
    script_.write_positions("lengths");
  }

  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec>
  void write_layer(const Spec& spec) { write_recurrent(spec, ""); }

  /// `part` is a prefix of the parameter names.
  template <class Spec>
  void write_recurrent(const Spec& spec, const std::string& part) {
    const auto write_direction = [&](const std::string& result, const std::string& input,
                                     const std::string& suffix) {
      CellSource cell;
      cell.cell = cell_kind(spec);
      cell.units = spec.units;
      cell.full_peephole = has_full_peephole(spec);
      cell.zoneout = spec.zoneout;
      cell.layer_norm = spec.layer_norm;
      cell.learned_initial_state = spec.learned_initial_state;
      cell.carries = is_causal_;
      cell.parameter = [this, part, suffix](const std::string& name) {
        return parameter(part + name + "_l0" + suffix);
      };
      for (const std::string& text : direction_source(cell, result, input)) line("    " + text);
    };
    const bool carries = is_causal_;
    if (carries) take_states(spec);
    write_direction("forward_states", "x", "");
    if (carries) keep_states(spec);
    if (spec.bidirectional) {
      line("    reversed = x.gather(1, backwards.unsqueeze(2).expand(-1, -1, x.size(2)))");
      write_direction("backward_states", "reversed", "_reverse");
    }
    const std::string width = "expand(-1, -1, " + std::to_string(spec.units) + ")";
    const std::string last = "gather(1, last_step.unsqueeze(2)." + width + ").squeeze(1)";
    std::string result = "forward_states";
    if (!spec.return_sequences) {
      result += "." + last;
      if (spec.bidirectional)
        result = "torch.cat([" + result + ", backward_states." + last + "], 1)";
    } else if (spec.bidirectional) {
      line("    backward_states = backward_states.gather(1, backwards.unsqueeze(2)." + width + ")");
      result = "torch.cat([forward_states, backward_states], 2)";
    }
    line("    x = " + std::string(spec.residual ? "x + " : "") + result);
  }

  /// Generates assignments of the carried hidden states of a cell.
  template <class Spec>
  void take_states(const Spec& spec) {
    for (const std::string& state : state_names(spec)) {
      const std::size_t place = script_.carry_state(spec.units, parameter("weight_ih_l0"));
      line("    " + state + " = states[" + std::to_string(place) + "]");
    }
  }
  template <class Spec>
  void keep_states(const Spec& spec) {
    for (const std::string& state : state_names(spec)) line("    after.append(" + state + ")");
  }
  template <class Spec>
  static std::vector<std::string> state_names(const Spec& spec) {
    if (has_cell_state(cell_kind(spec))) return {"h", "c"};
    return {"h"};
  }

  void write_layer(const Conv1dSpec& spec) { write_convolution(spec, ""); }

  void write_convolution(const Conv1dSpec& spec, const std::string& part) {
    const std::int64_t before = spec.steps_before();
    line("    x = x.masked_fill(padding.unsqueeze(2), 0.0).transpose(1, 2)");
    line("    x = torch.constant_pad_nd(x, [" + std::to_string(before) + ", " +
         std::to_string(spec.kernel_size - 1 - before) + "], 0.0)");
    line("    x = torch.conv1d(x, " + parameter(part + "weight") + ", " + parameter(part + "bias") +
         ").transpose(1, 2)");
    write_activation(spec.activation);
  }

  void write_layer(const LayerNormSpec& spec) {
    std::ostringstream epsilon;
    epsilon << std::scientific << std::setprecision(17) << spec.epsilon;
    line("    x = torch.layer_norm(x, [x.size(-1)], " + parameter("weight") + ", " +
         parameter("bias") + ", " + epsilon.str() + ")");
  }

  void write_layer(const NormalizationSpec& spec) {
    if (spec.relative) {
      line("    base = x.gather(1, last_step.unsqueeze(2).expand(-1, 1, x.size(2)))");
      line("    x = x - base");
    }
    line("    x = (x - " + parameter("mean") + ") / " + parameter("deviation"));
  }

  void write_layer(const SelfAttentionSpec& spec) {
    const std::string heads = std::to_string(spec.heads);
    line("    parts = torch.linear(x, " + parameter("in_proj_weight") + ", " +
         parameter("in_proj_bias") + ").reshape(x.size(0), x.size(1), 3, " + heads +
         ", x.size(2) // " + heads + ").permute(2, 0, 3, 1, 4)");
    line("    scores = torch.matmul(parts[0], parts[1].transpose(2, 3)) * (float(x.size(2) // " +
         heads + ") ** -0.5)");
    line("    scores = scores.masked_fill(padding.unsqueeze(1).unsqueeze(1), float(\"-inf\"))");
    line(
        "    read = torch.matmul(torch.softmax(scores, 3), "
        "parts[2].masked_fill(padding.unsqueeze(1).unsqueeze(3), 0.0))");
    line("    read = torch.linear(read.transpose(1, 2).reshape(x.size(0), x.size(1), x.size(2)), " +
         parameter("out_proj_weight") + ", " + parameter("out_proj_bias") + ")");
    line(std::string("    x = ") + (spec.residual ? "x + read" : "read"));
  }

  void write_layer(const AttentionSpec&) {
    line("    scores = torch.matmul(torch.tanh(torch.linear(x, " + parameter("weight") + ", " +
         parameter("bias") + ")), " + parameter("query") + ")");
    line(
        "    shares = torch.softmax(scores.masked_fill(padding, float(\"-inf\")), 1).unsqueeze(2)");
    line("    x = (x.masked_fill(padding.unsqueeze(2), 0.0) * shares).sum(1)");
  }

  void write_layer(const PoolSpec& spec) { line("    x = " + ScriptWriter::pooled(spec.modes())); }

  void write_layer(const PairSpec& spec) {
    line("    x = x.view([-1, 2, x.size(1)])");
    line("    u = x.select(1, 0)");
    line("    v = x.select(1, 1)");
    std::string parts;
    for (const PairFeature feature : spec.features) {
      parts += (parts.empty() ? "" : ", ") + compared(feature);
    }
    line("    x = torch.cat([" + parts + "], 1)");
  }

  static std::string compared(PairFeature feature) {
    switch (feature) {
      case PairFeature::kFirst:
        return "u";
      case PairFeature::kSecond:
        return "v";
      case PairFeature::kDifference:
        return "(u - v).abs()";
      case PairFeature::kProduct:
        return "u * v";
      case PairFeature::kCosine:
        return "((u * v).sum(1) / ((u * u).sum(1) * (v * v).sum(1)).clamp_min(1e-16)"
               ".sqrt()).unsqueeze(1)";
    }
    return "";
  }

  void write_layer(const FeaturesSpec&) {
    const std::vector<FeatureSpec>& features = features_of(config_.config.input);
    std::string vectors = "x";
    std::int64_t column = 0;
    for (std::size_t i = 0; i < features.size(); ++i) {
      const std::int64_t width = encoded_width(features[i]);
      if (std::holds_alternative<CategoryFeature>(features[i])) {
        vectors += ", torch.embedding(" + parameter("category_" + std::to_string(i)) +
                   ", features.select(1, " + std::to_string(column) + ").long())";
      } else {
        vectors +=
            ", features.narrow(1, " + std::to_string(column) + ", " + std::to_string(width) + ")";
      }
      column += width;
    }
    line("    x = torch.cat([" + vectors + "], 1)");
  }

  void write_layer(const OrdinalSpec&) {
    const std::string first = parameter("first");
    line("    thresholds = torch.cat([" + first + ", " + first + " + torch.cumsum(torch.softplus(" +
         parameter("gaps") + "), 0)])");
    line("    below = torch.sigmoid(thresholds.unsqueeze(0) - torch.linear(x, " +
         parameter("weight") + "))");
    line("    ends = torch.ones([x.size(0), 1], dtype=x.dtype, device=x.device)");
    line("    x = torch.cat([below, ends], 1) - torch.cat([ends - 1.0, below], 1)");
    line("    x = x.index_select(1, " + parameter("ranks") + ".long())");
  }

  void write_layer(const CrfSpec&) {
    line("    x = torch.linear(x, " + parameter("weight") + ", " + parameter("bias") + ")");
  }

  void write_layer(const DenseSpec& spec) {
    line("    x = torch.linear(x, " + (spec.tied ? table_ : parameter("weight")) + ", " +
         parameter("bias") + ")");
    const bool is_head = index_ + 1 == config_.config.model.layers.size();
    if (is_head && definition_of(config_.config).answers_per_token()) return;
    write_activation(spec.activation);
  }

  void write_activation(Activation activation) {
    switch (activation) {
      case Activation::kLinear:
        return;
      case Activation::kRelu:
        return line("    x = torch.relu(x)");
      case Activation::kTanh:
        return line("    x = torch.tanh(x)");
      case Activation::kSoftmax:
        return line("    x = torch.softmax(x, 1)");
      case Activation::kSigmoid:
        return line("    x = torch.sigmoid(x)");
    }
  }

  std::string parameter(const std::string& name) const {
    return script_.parameter(index_, is_second_ ? kSecondText + ("." + name) : name);
  }

  void line(const std::string& text) { script_.line(text); }

  ScriptWriter& script_;
  const ResolvedConfig& config_;
  bool is_causal_;
  std::size_t index_ = 0;
  bool is_second_ = false;  // whether the layer reads the second text with weights of its own
  std::string table_;       // the embedding's table, once its layer is generated
};

}  // namespace

ScriptWriter::MethodInputs ScriptWriter::method_inputs() const {
  MethodInputs inputs;
  if (std::holds_alternative<NumericInput>(config_.config.input)) {
    return {"values, lengths", "self, values: Tensor, lengths: Tensor"};
  }
  if (encoded_width(features_of(config_.config.input)) > 0) {
    inputs.names += ", features";
    inputs.signature += ", features: Tensor";
  }
  if (config_.config.characters() != nullptr) {
    inputs.names += ", spellings";
    inputs.signature += ", spellings: Optional[Tensor] = None";
  }
  return inputs;
}

ScriptWriter::MethodInputs ScriptWriter::begin_method(const std::string& name) {
  MethodInputs inputs = method_inputs();
  line("def " + name + "(" + inputs.signature + ") -> Tensor:");
  if (const auto* numeric = std::get_if<NumericInput>(&config_.config.input)) {
    const std::string channels = std::to_string(numeric->channels);
    line("    assert values.dim() == 3 and values.size(2) == " + channels +
         ", \"values must be [B, T, " + channels + "] float32\"");
    line("    x = values");
  } else {
    const std::int64_t features = encoded_width(features_of(config_.config.input));
    line("    assert tokens.dim() == 2, \"tokens must be [B, T] int64\"");
    if (features > 0) {
      const std::string width = std::to_string(features);
      line("    assert features.dim() == 2 and features.size(0) == tokens.size(0) and " +
           ("features.size(1) == " + width) + ", \"features must be [B, " + width + "] float32\"");
    }
    line("    x = tokens");
  }
  line(
      "    assert lengths.dim() == 1 and lengths.size(0) == x.size(0), "
      "\"lengths must be [B] int64\"");
  line(
      "    assert bool(torch.all(lengths >= 1)) and bool(torch.all(lengths <= x.size(1))), "
      "\"lengths must be from 1 to T\"");
  if (config_.config.reads_pairs()) {
    line("    assert x.size(0) % 2 == 0, \"rows 2i and 2i + 1 are the texts of pair i\"");
  }
  write_positions("lengths");
  return inputs;
}

void ScriptWriter::write_layers(std::size_t count) {
  LayerLines lines(*this);
  const LayerRange encoders = config_.config.second_encoder();
  for (std::size_t i = 0; i < count; ++i) {
    if (!encoders.empty() && i == encoders.begin) {
      lines.write_encoders(encoders);
      i = encoders.end;
    }
    lines.write(i);
  }
}

void ScriptWriter::write_positions(const std::string& lengths) {
  line("    steps = torch.arange(x.size(1), device=x.device).unsqueeze(0)");
  line("    padding = steps >= " + lengths + ".unsqueeze(1)");
  line("    last_step = (" + lengths + " - 1).unsqueeze(1)");
  line("    backwards = torch.where(padding, steps.expand_as(padding), last_step - steps)");
}

std::string ScriptWriter::parameter(std::size_t layer, const std::string& name) const {
  std::string whole = layer_prefix(layer) + name;
  if (config_.members > 1) whole = member_weight_name(member_, whole);
  return "self." + script_parameter_name(whole);
}

std::string ScriptWriter::pooled(const std::vector<PoolMode>& modes) {
  std::string parts;
  for (const PoolMode mode : modes) parts += (parts.empty() ? "" : ", ") + pooled_by(mode);
  return modes.size() == 1 ? parts : "torch.cat([" + parts + "], 1)";
}

std::size_t ScriptWriter::carry_state(std::int64_t units, const std::string& weight) {
  carrying_weight_ = weight;
  carried_units_.push_back(units);
  return carried_units_.size() - 1;
}

std::string torchscript_source(const ResolvedConfig& config) {
  ScriptWriter script(config);
  inference_task(config.config.task).write_methods(script);
  return script.source();
}

}  // namespace sequent
