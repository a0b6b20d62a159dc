// The layers a model is made of, as the config describes them.
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
#include "sequent/recurrent_spec.h"

namespace sequent {

/// Replaces tokens by `<unk>` while training; stands before the embedding.
struct WordDropoutSpec {
  static constexpr std::string_view kType = "word_dropout";
  double rate = 0.1;
  bool operator==(const WordDropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Share of the tokens read as `<unk>` while training.",
          between(0, 1).open_above());
  }
};

/// Sets values to zero while training and scales the rest (Srivastava et al. 2014).
struct DropoutSpec {
  static constexpr std::string_view kType = "dropout";
  double rate = 0.5;
  bool operator==(const DropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Share of the values set to zero while training.",
          between(0, 1).open_above());
  }
};

/// Dropout of whole features: one choice for all steps of a sequence (Tompson et al. 2015).
struct SpatialDropoutSpec {
  static constexpr std::string_view kType = "spatial_dropout";
  double rate = 0.2;
  bool operator==(const SpatialDropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Share of the features set to zero while training.",
          between(0, 1).open_above());
  }
};

enum class PoolMode { kMax, kMean, kLast, kFirst };
template <>
struct EnumNames<PoolMode> {
  static constexpr std::array<std::string_view, 4> values{"max", "mean", "last", "first"};
};

/// sequence [T, D] -> vector [D], over the real steps alone; of n modes [n * D].
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
          "How the steps become one vector; a list, such as [\"last\", \"max\", \"mean\"]: one "
          "beside the other.",
          not_empty);
  }
};

/// A tagger's second head (Liu and Lane 2016): a label for the whole row, such as the intent of a
/// request, from the pooled sequence by a dense layer with softmax. The sequence goes on unchanged.
struct RowLabelSpec {
  static constexpr std::string_view kType = "row_label";
  PoolModes mode = PoolMode::kMax;
  double dropout = 0.0;
  double loss_weight = 1.0;
  bool operator==(const RowLabelSpec&) const = default;

  std::vector<PoolMode> modes() const { return list_of(mode); }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("mode", self.mode, "How the steps become one vector, as in pool.", not_empty);
    visit("dropout", self.dropout, "Share of that vector's values set to zero while training.",
          between(0, 1).open_above());
    visit("loss_weight", self.loss_weight,
          "Of the row labels' loss, the mean over the rows, beside that of the tags.", above(0));
  }
};

/// What a pair layer makes of the vectors u and v of a pair's two texts.
enum class PairFeature { kFirst, kSecond, kDifference, kProduct, kCosine };
template <>
struct EnumNames<PairFeature> {
  static constexpr std::array<std::string_view, 5> values{"first", "second", "difference",
                                                          "product", "cosine"};
};

/// The vectors u and v [D] of a pair's two texts, made by the layers before, which both texts share
/// -> one vector: the features one behind the other. As [u, v, |u - v|, u * v]: Conneau et al. 2017
/// (InferSent).
struct PairSpec {
  static constexpr std::string_view kType = "pair";
  static constexpr double kLeastSquare = 1e-16;  // of |u|^2 |v|^2 in a cosine
  std::vector<PairFeature> features{PairFeature::kFirst, PairFeature::kSecond,
                                    PairFeature::kDifference, PairFeature::kProduct};
  bool operator==(const PairSpec&) const = default;

  /// Of the result, from vectors of `width`.
  std::int64_t width(std::int64_t width) const {
    std::int64_t sum = 0;
    for (const PairFeature feature : features) sum += feature == PairFeature::kCosine ? 1 : width;
    return sum;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("features", self.features,
          "What stands one behind the other: the texts' vectors themselves, the absolute value of "
          "their difference, their product, or the cosine of the angle between them, one number.",
          not_empty);
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
    visit("units", self.units, "Rows of W; default: as wide as the input.", between(1, 65536));
  }
};

enum class Activation { kLinear, kRelu, kTanh, kSigmoid, kSoftmax };
template <>
struct EnumNames<Activation> {
  static constexpr std::array<std::string_view, 5> values{"linear", "relu", "tanh", "sigmoid",
                                                          "softmax"};
};

/// Each step's vector (or the one vector) made mean 0 and variance 1, then scaled and shifted (Ba
/// et al. 2016).
struct LayerNormSpec {
  static constexpr std::string_view kType = "layer_norm";
  double epsilon = 1e-5;
  bool operator==(const LayerNormSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("epsilon", self.epsilon, "Added to the variance.", above(0));
  }
};

enum class ConvPadding { kSame, kCausal };
template <>
struct EnumNames<ConvPadding> {
  static constexpr std::array<std::string_view, 2> values{"same", "causal"};
};

/// y = f(W x + b), on a vector or on every step of a sequence.
struct DenseSpec {
  static constexpr std::string_view kType = "dense";
  std::optional<std::int64_t> units;
  Activation activation = Activation::kLinear;
  bool tied = false;
  bool operator==(const DenseSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units,
          "Width of the result; the last layer may leave it to the data: the number of classes, or "
          "1 for sigmoid (multi_label: one per label).",
          between(1, 1000000));
    visit("activation", self.activation, "f; the last layer: softmax, or sigmoid with one unit.");
    visit("tied", self.tied,
          "The last layer of a language model: W is the embedding's table (Press and Wolf 2017); "
          "needs an input as wide as the embedding.");
  }
};

/// Convolution over steps: sequence [T, D] -> sequence [T, filters]; beyond the text's ends are
/// zeros.
struct Conv1dSpec {
  static constexpr std::string_view kType = "conv1d";
  std::int64_t filters = 0;
  std::int64_t kernel_size = 3;
  ConvPadding padding = ConvPadding::kSame;
  Activation activation = Activation::kRelu;
  bool operator==(const Conv1dSpec&) const = default;

  /// Steps before the present one that an output sees.
  std::int64_t steps_before() const {
    return padding == ConvPadding::kCausal ? kernel_size - 1 : (kernel_size - 1) / 2;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("filters", self.filters, "Width of the result.", required, between(1, 65536));
    visit("kernel_size", self.kernel_size, "Steps that one output sees.", between(1, 1000));
    visit("padding", self.padding,
          "same: steps on both sides. causal: none that comes later. The length stays.");
    visit("activation", self.activation, "Applied to the sums; any but softmax.");
  }
};

/// Each channel of a numeric input as (x - mean) / deviation, both of the training rows and fixed
/// from then on, as Keras' Normalization; stands first. `relative`: x is the distance from the
/// window's last step, and what is forecast is the distance from it as well (the last-value
/// normalization of NLinear, Zeng et al. 2023).
struct NormalizationSpec {
  static constexpr std::string_view kType = "normalization";
  bool relative = false;
  bool operator==(const NormalizationSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit(
        "relative", self.relative,
        "Windows are read, and forecast, as distances from their last step: for series whose level "
        "drifts. The columns that are forecast must be among those that are read.");
  }
};

/// Multi-head scaled dot-product attention of a sequence to itself (Vaswani et al. 2017), as
/// torch::nn::MultiheadAttention; the sequence keeps its form.
struct SelfAttentionSpec {
  static constexpr std::string_view kType = "self_attention";
  std::int64_t heads = 1;
  double dropout = 0.0;
  bool residual = true;
  bool operator==(const SelfAttentionSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("heads", self.heads,
          "Attentions side by side, each on its share of the features; the "
          "width is a multiple of it.",
          between(1, 1024));
    visit("dropout", self.dropout,
          "Share of the result's values set to zero while training, before the residual.",
          between(0, 1).open_above());
    visit("residual", self.residual, "Add the input to the output.");
  }
};

/// Linear-chain conditional random field (Lafferty et al. 2001) over a row's tags: one score per
/// step and tag, W x + b, one per pair of neighbouring tags, and those of the first and last tag.
/// Trained by the likelihood of whole rows; the best row of tags is the answer (Viterbi 1967).
struct CrfSpec {
  static constexpr std::string_view kType = "crf";
  bool operator==(const CrfSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self&, Visitor&) {}
};

/// Classes that have an order, as the last layer: the proportional odds model (McCullagh 1980). One
/// score w x and rising thresholds t give P(rank <= k) = s(t_k - w x).
struct OrdinalSpec {
  static constexpr std::string_view kType = "ordinal";
  std::vector<std::string> labels;
  bool operator==(const OrdinalSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("labels", self.labels,
          "The labels from the least to the greatest; none named: they are numbers, in whose order "
          "they are taken.");
  }
};

/// Writes a text from the sequence that the layers before make of another, as the last layer: an
/// LSTM over the tokens written so far, which reads the mean of the source beside each (Cho et al.
/// 2014) and looks at all its steps by attention with the score h W x (Luong et al. 2015).
struct DecoderSpec {
  static constexpr std::string_view kType = "decoder";
  std::int64_t units = 0;
  std::int64_t output_dim = 64;
  double dropout = 0.0;
  bool operator==(const DecoderSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Width of its state.", required, between(1, 65536));
    visit("output_dim", self.output_dim, "Width of the embedding of the tokens it has written.",
          between(1, 65536));
    visit("dropout", self.dropout,
          "Share of the values set to zero while training, of that embedding and of what the last "
          "product reads.",
          between(0, 1).open_above());
  }
};

using LayerSpec =
    std::variant<WordDropoutSpec, EmbeddingSpec, NormalizationSpec, DropoutSpec, SpatialDropoutSpec,
                 RnnSpec, LstmSpec, LstmHiddenStateSpec, GruSpec, MinGruSpec, Conv1dSpec,
                 LayerNormSpec, PoolSpec, AttentionSpec, SelfAttentionSpec, PairSpec, DenseSpec,
                 CrfSpec, OrdinalSpec, RowLabelSpec, DecoderSpec>;

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
    visit("layers", self.layers,
          "First to last; the first reads tokens or numbers, the last is dense, or for tagging "
          "crf, for "
          "classes with an order ordinal, for sequence_to_sequence decoder.",
          required, not_empty);
    visit("initialization", self.initialization,
          "keras: Glorot uniform, orthogonal recurrent weights, forget bias 1, embeddings within "
          "0.05. torch: LibTorch's defaults, with embeddings of deviation 1, and where the last "
          "layer "
          "is tied to them, output_dim ^ -1/4. Not set: keras; of a "
          "language model, which does not get away from small embeddings for thousands of steps, "
          "torch.");
    visit(
        "standardize_targets", self.standardize_targets,
        "Regression: the last layer learns numbers about 0, and its outputs are multiplied by the "
        "deviation of the training targets and their mean added. Not set: true.");
  }
};

}  // namespace sequent
