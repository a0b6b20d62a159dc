// Renders the table of layers in the style of Keras' model.summary().
#include <iomanip>
#include <sstream>

#include "data/feature_encoder.h"
#include "infer/archive.h"
#include "model/trained_engine.h"
#include "sequent/model.h"
#include "sequent/trainer.h"
#include "train/load_run.h"

namespace sequent {
namespace {

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

std::string shape_text(const Shape& shape) {
  switch (shape.form) {
    case Shape::Form::kTokens:
      return "[B, T]";
    case Shape::Form::kSequence:
      return "[B, T, " + std::to_string(shape.width) + "]";
    case Shape::Form::kVector:
      return "[B, " + std::to_string(shape.width) + "]";
  }
  return "";
}

/// Returns the options that distinguish layers of the same kind.
struct Details {
  std::vector<std::string> feature_names;

  std::string operator()(const WordDropoutSpec& spec) const { return rate(spec.rate); }
  std::string operator()(const EmbeddingSpec& spec) const {
    std::string text = spec.trainable ? "" : "frozen";
    const auto add = [&text](const std::string& detail) {
      if (!text.empty()) text += ", ";
      text += detail;
    };
    if (!spec.mask) add("unmasked");
    for (const ConcatSpec& part : spec.concat) {
      add("+ " + std::visit([](const auto& one) { return std::string(one.kType); }, part));
    }
    return text;
  }
  std::string operator()(const NormalizationSpec& spec) const {
    return std::string(spec.relative ? "relative to the last step, " : "") +
           "from the training rows";
  }
  std::string operator()(const SelfAttentionSpec& spec) const {
    return std::to_string(spec.heads) + (spec.heads == 1 ? " head" : " heads");
  }
  std::string operator()(const DropoutSpec& spec) const { return rate(spec.rate); }
  std::string operator()(const SpatialDropoutSpec& spec) const { return rate(spec.rate); }
  std::string operator()(const RnnSpec& spec) const {
    return recurrent(spec, std::string(enum_name(spec.activation)));
  }
  std::string operator()(const LstmSpec& spec) const {
    return recurrent(spec, spec.peephole ? "peephole" : spec.coupled ? "coupled" : "");
  }
  std::string operator()(const GruSpec& spec) const {
    return recurrent(spec, spec.reset_after ? "" : "reset before");
  }
  std::string operator()(const RecurrentSpec& spec) const { return recurrent(spec, ""); }
  std::string operator()(const Conv1dSpec& spec) const {
    return std::to_string(spec.kernel_size) + " steps, " + std::string(enum_name(spec.activation));
  }
  std::string operator()(const LayerNormSpec&) const { return ""; }
  std::string operator()(const AttentionSpec&) const { return ""; }
  std::string operator()(const PoolSpec& spec) const {
    std::string text;
    for (const PoolMode mode : spec.modes()) {
      if (!text.empty()) text += ", ";
      text += enum_name(mode);
    }
    return text;
  }
  std::string operator()(const PairSpec& spec) const {
    std::string text = spec.encoders == PairEncoders::kSeparate ? "separate encoders" : "";
    for (const PairFeature feature : spec.features) {
      if (!text.empty()) text += ", ";
      text += enum_name(feature);
    }
    return text;
  }
  std::string operator()(const FeaturesSpec&) const {
    std::string text;
    for (const std::string& name : feature_names) {
      if (!text.empty()) text += ", ";
      text += name;
    }
    return text;
  }
  std::string operator()(const CrfSpec&) const { return ""; }
  std::string operator()(const OrdinalSpec&) const { return ""; }
  std::string operator()(const DecoderSpec& spec) const {
    return std::to_string(spec.units) + " units";
  }
  std::string operator()(const SequenceLabelSpec& spec) const { return rate(spec.dropout); }
  std::string operator()(const DenseSpec& spec) const {
    return std::string(enum_name(spec.activation));
  }

  static std::string recurrent(const RecurrentSpec& spec, std::string text) {
    if (spec.bidirectional) text += text.empty() ? "bidirectional" : ", bidirectional";
    if (spec.residual) text += text.empty() ? "residual" : ", residual";
    return text;
  }

  static std::string rate(double value) {
    std::ostringstream out;
    out << value;
    return out.str();
  }
};

}  // namespace

std::string summarize(const ResolvedConfig& config) {
  const SequenceModel model(config);
  std::ostringstream out;
  const auto row = [&](const std::string& layer, const std::string& shape,
                       const std::string& count) {
    // If a name is too long for its column, the values follow on the next line.
    constexpr std::size_t kNameWidth = 34;
    const bool fits = layer.size() < kNameWidth;
    if (!fits) out << layer << '\n';
    out << std::left << std::setw(kNameWidth) << (fits ? layer : "") << std::setw(18) << shape
        << std::right << std::setw(12) << count << '\n';
  };
  const std::string rule(64, '-');
  row("layer", "output shape", "parameters");
  out << rule << '\n';
  const Details details_of{feature_names(features_of(config.config.input))};
  std::int64_t total = 0;
  std::int64_t frozen = 0;
  for (std::size_t i = 0; i < model->layers().size(); ++i) {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : model->layers()[i]->parameters()) {
      if (!parameter.is_floating_point()) continue;  // the characters of tokens are not weights
      count += parameter.numel();
      if (!parameter.requires_grad()) frozen += parameter.numel();
    }
    total += count;
    std::string details = std::visit(details_of, config.config.model.layers[i]);
    if (count > 0 && model->second_layer(i) != nullptr) {
      details += details.empty() ? "per text" : ", per text";
    }
    row(std::to_string(i) + " " + std::string(model->layers()[i]->kind()) +
            (details.empty() ? "" : " (" + details + ")"),
        shape_text(config.outputs[i]), with_commas(count));
  }
  out << rule << '\n';
  row("all", "", with_commas(total));
  row("trainable", "", with_commas(total - frozen));
  if (const std::string found = layer_on_operators(config.config); !found.empty()) {
    out << found << ", which is trained on LibTorch's operators\n";
  }
  return out.str();
}

std::string summarize(const std::filesystem::path& run_or_model) {
  if (std::filesystem::is_directory(run_or_model)) {
    return summarize(load_run(run_or_model).model->config());
  }
  const ArchiveMetadata metadata = load_archive(run_or_model).metadata;
  const std::string table =
      summarize(resolve(metadata.config, metadata.vocabulary, metadata.labels));
  if (metadata.members == 1) return table;
  return table + "the archive averages the predictions of " + std::to_string(metadata.members) +
         " models with these layers\n";
}

}  // namespace sequent
