// The layers of a model, as described by the config.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/describe.h"
#include "sequent/embedding_spec.h"
#include "sequent/feature_spec.h"
#include "sequent/recurrent_spec.h"

namespace sequent {

/// Replaces random tokens with `<unk>` during training; placed before the embedding.
struct WordDropoutSpec {
  static constexpr std::string_view kType = "word_dropout";
  double rate = 0.1;
  bool operator==(const WordDropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Fraction of the tokens replaced with `<unk>` during training.",
          between(0, 1).open_above());
  }
};

/// Sets random values to zero during training and rescales the rest (Srivastava et al. 2014).
struct DropoutSpec {
  static constexpr std::string_view kType = "dropout";
  double rate = 0.5;
  bool operator==(const DropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Fraction of the values set to zero during training.",
          between(0, 1).open_above());
  }
};

/// Dropout of whole features: the mask is shared by all steps of a sequence (Tompson et al. 2015).
struct SpatialDropoutSpec {
  static constexpr std::string_view kType = "spatial_dropout";
  double rate = 0.2;
  bool operator==(const SpatialDropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Fraction of the features set to zero during training.",
          between(0, 1).open_above());
  }
};

enum class PoolMode { kMax, kMean, kLast, kFirst };
template <>
struct EnumNames<PoolMode> {
  static constexpr std::array<std::string_view, 4> values{"max", "mean", "last", "first"};
};

/// sequence [T, D] -> vector [D], ignoring padding; with n modes -> vector [n * D].
using PoolModes = std::variant<PoolMode, std::vector<PoolMode>>;
inline std::vector<PoolMode> list_of(const PoolModes& modes) {
  const auto* one = std::get_if<PoolMode>(&modes);
  return one != nullptr ? std::vector<PoolMode>{*one} : std::get<std::vector<PoolMode>>(modes);
}

struct PoolSpec {
  static constexpr std::string_view kType = "pool";
  PoolModes mode = PoolMode::kMax;
  bool operator==(const PoolSpec&) const = default;

  std::vector<PoolMode> modes() const { return list_of(mode); }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("mode", self.mode,
          "How the steps are reduced to one vector. The vectors of a list of modes, such as "
          "[\"last\", \"max\", \"mean\"], are concatenated.",
          not_empty);
  }
};

/// A tagger's second head (Liu and Lane 2016): predicts a label for the whole example, such as the
/// intent of a request, with a dense softmax layer on the pooled sequence. The sequence is passed
/// on unchanged.
struct SequenceLabelSpec {
  static constexpr std::string_view kType = "sequence_label";
  PoolModes mode = PoolMode::kMax;
  double dropout = 0.0;
  double loss_weight = 1.0;
  bool operator==(const SequenceLabelSpec&) const = default;

  std::vector<PoolMode> modes() const { return list_of(mode); }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("mode", self.mode, "How the steps are reduced to one vector, as in pool.", not_empty);
    visit("dropout", self.dropout,
          "Fraction of the pooled vector's values set to zero during training.",
          between(0, 1).open_above());
    visit("loss_weight", self.loss_weight,
          "Weight of the example labels' loss (the mean over examples) relative to the tags' loss.",
          above(0));
  }
};

/// Features that a pair layer computes from the vectors u and v of a pair's two texts.
enum class PairFeature { kFirst, kSecond, kDifference, kProduct, kCosine };
template <>
struct EnumNames<PairFeature> {
  static constexpr std::array<std::string_view, 5> values{"first", "second", "difference",
                                                          "product", "cosine"};
};

enum class PairEncoders { kShared, kSeparate };
template <>
struct EnumNames<PairEncoders> {
  static constexpr std::array<std::string_view, 2> values{"shared", "separate"};
};

/// Combines the vectors u and v [D] of a pair's two texts into one vector by concatenating the
/// features. Both texts are read by the preceding layers. With separate encoders, those after the
/// embedding have a second set of weights for the second text. Source: Conneau et al. 2017
/// (InferSent) for the features u, v, |u - v|, u * v.
struct PairSpec {
  static constexpr std::string_view kType = "pair";
  static constexpr double kLeastSquare = 1e-16;  // lower bound of |u|^2 |v|^2 in a cosine
  std::vector<PairFeature> features{PairFeature::kFirst, PairFeature::kSecond,
                                    PairFeature::kDifference, PairFeature::kProduct};
  PairEncoders encoders = PairEncoders::kShared;
  bool operator==(const PairSpec&) const = default;

  /// Output width for input vectors of `width`.
  std::int64_t width(std::int64_t width) const {
    std::int64_t sum = 0;
    for (const PairFeature feature : features) sum += feature == PairFeature::kCosine ? 1 : width;
    return sum;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("features", self.features,
          "Features to concatenate. first, second: the vectors of the two texts. difference: the "
          "absolute value of their difference. product: their element-wise product. cosine: their "
          "cosine similarity, a single number.",
          not_empty);
    visit("encoders", self.encoders,
          "Weights of the layers between the embedding and this layer. shared: both texts are read "
          "with the same weights. separate: these layers have weights of their own for the second "
          "text, as for a title and a body. Both texts share the embedding in either case.");
  }
};

/// Joins the row's features (/input/features) to the vector of its text, before the dense layers:
/// vector [D] -> vector [D + width(features)]. A category becomes a trained vector.
struct FeaturesSpec {
  static constexpr std::string_view kType = "features";
  std::int64_t output_dim = 8;
  bool operator==(const FeaturesSpec&) const = default;

  /// The number of values that the layer adds to the vector.
  std::int64_t width(const std::vector<FeatureSpec>& features) const {
    std::int64_t sum = 0;
    for (const FeatureSpec& feature : features) {
      sum += std::holds_alternative<CategoryFeature>(feature) ? output_dim : encoded_width(feature);
    }
    return sum;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of the vector of each category.",
          between(1, 65536));
  }
};

/// Additive attention (Bahdanau et al. 2015; as pooling: Yang et al. 2016), sequence [T, D] ->
/// vector [D]: sum over t of a_t x_t, a = softmax over t of v . tanh(W x_t + b).
struct AttentionSpec {
  static constexpr std::string_view kType = "attention";
  std::optional<std::int64_t> units;
  bool operator==(const AttentionSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Number of rows of W. Defaults to the input width.",
          between(1, 65536));
  }
};

enum class Activation { kLinear, kRelu, kTanh, kSigmoid, kSoftmax };
template <>
struct EnumNames<Activation> {
  static constexpr std::array<std::string_view, 5> values{"linear", "relu", "tanh", "sigmoid",
                                                          "softmax"};
};

/// Normalizes each step's vector (or the single vector) to mean 0 and variance 1, then scales and
/// shifts it (Ba et al. 2016).
struct LayerNormSpec {
  static constexpr std::string_view kType = "layer_norm";
  double epsilon = 1e-5;
  bool operator==(const LayerNormSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("epsilon", self.epsilon, "Small constant added to the variance.", above(0));
  }
};

enum class ConvPadding { kSame, kCausal };
template <>
struct EnumNames<ConvPadding> {
  static constexpr std::array<std::string_view, 2> values{"same", "causal"};
};

/// y = f(W x + b), applied to a vector or to each step of a sequence.
struct DenseSpec {
  static constexpr std::string_view kType = "dense";
  std::optional<std::int64_t> units;
  Activation activation = Activation::kLinear;
  bool tied = false;
  bool operator==(const DenseSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units,
          "Output width. It may be omitted in the last layer, where it is inferred from the data: "
          "the number of classes, or 1 for sigmoid (for multi_label, the number of labels).",
          between(1, 1000000));
    visit("activation", self.activation,
          "Activation function. For classification, the last layer uses softmax, or sigmoid with "
          "one unit.");
    visit("tied", self.tied,
          "Share the embedding's table as W (Press and Wolf 2017). Only for the last layer of a "
          "language model; the input must be as wide as the embedding.");
  }
};

/// Convolution over steps: sequence [T, D] -> sequence [T, filters]. The sequence is padded with
/// zeros at its ends.
struct Conv1dSpec {
  static constexpr std::string_view kType = "conv1d";
  std::int64_t filters = 0;
  std::int64_t kernel_size = 3;
  ConvPadding padding = ConvPadding::kSame;
  Activation activation = Activation::kRelu;
  bool operator==(const Conv1dSpec&) const = default;

  /// Number of steps before the current one that an output depends on.
  std::int64_t steps_before() const {
    return padding == ConvPadding::kCausal ? kernel_size - 1 : (kernel_size - 1) / 2;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("filters", self.filters, "Number of filters, which is the output width.", required,
          between(1, 65536));
    visit("kernel_size", self.kernel_size, "Number of steps that each output sees.",
          between(1, 1000));
    visit("padding", self.padding,
          "same: each output sees steps on both sides. causal: each output sees only the current "
          "and earlier steps. The sequence length does not change.");
    visit("activation", self.activation, "Activation function; any but softmax.");
  }
};

/// Normalizes each channel of a numeric input to (x - mean) / deviation, as Keras' Normalization.
/// Both statistics are computed from the training data and then fixed. This is the first layer.
/// With `relative`, x is the difference from the window's last step, and forecasts are differences
/// from it as well (the last-value normalization of NLinear, Zeng et al. 2023).
struct NormalizationSpec {
  static constexpr std::string_view kType = "normalization";
  bool relative = false;
  bool operator==(const NormalizationSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("relative", self.relative,
          "Express the values of a window, and its forecasts, as differences from its last step; "
          "for series whose level drifts. All target columns must be among the input columns.");
  }
};

/// Multi-head scaled dot-product self-attention (Vaswani et al. 2017), as
/// torch::nn::MultiheadAttention; the shape of the sequence does not change.
struct SelfAttentionSpec {
  static constexpr std::string_view kType = "self_attention";
  std::int64_t heads = 1;
  double dropout = 0.0;
  bool residual = true;
  bool operator==(const SelfAttentionSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("heads", self.heads, "Number of attention heads; must divide the input width.",
          between(1, 1024));
    visit("dropout", self.dropout,
          "Fraction of the output's values set to zero during training, before the residual is "
          "added.",
          between(0, 1).open_above());
    visit("residual", self.residual, "Add the input to the output.");
  }
};

/// Linear-chain conditional random field (Lafferty et al. 2001) over the tags of an example. It
/// scores each step and tag (W x + b), each pair of adjacent tags, and the first and last tag. It
/// is trained on the likelihood of whole tag sequences; the most likely sequence is the prediction
/// (Viterbi 1967).
struct CrfSpec {
  static constexpr std::string_view kType = "crf";
  bool operator==(const CrfSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self&, Visitor&) {}
};

/// Ordered classes, as the last layer: the proportional odds model (McCullagh 1980). A score w x
/// and increasing thresholds t give P(rank <= k) = s(t_k - w x).
struct OrdinalSpec {
  static constexpr std::string_view kType = "ordinal";
  std::vector<std::string> labels;
  bool operator==(const OrdinalSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("labels", self.labels,
          "The labels, from the lowest to the highest. If the list is empty, the labels must be "
          "numbers and are ordered by value.");
  }
};

/// Generates a text from the encoded source sequence, as the last layer: an LSTM over the tokens
/// generated so far. Each of its inputs is concatenated with the mean of the source (Cho et al.
/// 2014), and it attends to all source steps with the score h W x (Luong et al. 2015).
struct DecoderSpec {
  static constexpr std::string_view kType = "decoder";
  std::int64_t units = 0;
  std::int64_t output_dim = 64;
  double dropout = 0.0;
  bool operator==(const DecoderSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Width of the hidden state.", required, between(1, 65536));
    visit("output_dim", self.output_dim, "Width of the embedding of the generated tokens.",
          between(1, 65536));
    visit("dropout", self.dropout,
          "Fraction of the values set to zero during training, in that embedding and in the input "
          "of the output projection.",
          between(0, 1).open_above());
  }
};

/// A variant of the alternatives of all `Variants`, in order.
template <class... Variants>
struct JoinedVariants;
template <class... All>
struct JoinedVariants<std::variant<All...>> {
  using type = std::variant<All...>;
};
template <class... First, class... Second, class... Rest>
struct JoinedVariants<std::variant<First...>, std::variant<Second...>, Rest...>
    : JoinedVariants<std::variant<First..., Second...>, Rest...> {};

using LayerSpec =
    JoinedVariants<std::variant<WordDropoutSpec, EmbeddingSpec, NormalizationSpec, DropoutSpec,
                                SpatialDropoutSpec>,
                   RecurrentLayerSpec,
                   std::variant<Conv1dSpec, LayerNormSpec, PoolSpec, AttentionSpec,
                                SelfAttentionSpec, PairSpec, FeaturesSpec, DenseSpec, CrfSpec,
                                OrdinalSpec, SequenceLabelSpec, DecoderSpec>>::type;

enum class Initialization { kKeras, kTorch };
template <>
struct EnumNames<Initialization> {
  static constexpr std::array<std::string_view, 2> values{"keras", "torch"};
};

struct ModelSpec {
  std::vector<LayerSpec> layers;
  std::optional<Initialization> initialization;
  std::optional<bool> standardize_targets;
  bool operator==(const ModelSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(
        "layers", self.layers,
        "Layers, from first to last. The first layer reads tokens or numbers. The last layer is "
        "dense; or crf for tagging, ordinal for ordered classes, decoder for sequence_to_sequence.",
        required, not_empty);
    visit("initialization", self.initialization,
          "Weight initialization. keras: Glorot uniform, orthogonal recurrent weights, forget bias "
          "1, embeddings uniform within 0.05. torch: LibTorch's defaults, with embeddings of "
          "standard deviation 1, or output_dim ^ -1/4 if the last layer is tied to them. The "
          "default is keras, except for language models, which default to torch because they need "
          "thousands of steps to move away from small embeddings.");
    visit(
        "standardize_targets", self.standardize_targets,
        "For regression: train the last layer on standardized targets, and scale its outputs back "
        "with the standard deviation and mean of the training targets. The default is true.");
  }
};

}  // namespace sequent
