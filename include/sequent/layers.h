// The layers a model is made of, as the config describes them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/describe.h"

namespace sequent {

/// Replaces tokens by `<unk>` while training; stands before the embedding.
struct WordDropoutSpec {
  static constexpr std::string_view kType = "word_dropout";
  double rate = 0.1;
  bool operator==(const WordDropoutSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("rate", self.rate, "Share of the tokens read as <unk> while training.",
          between(0, 1).open_above());
  }
};

/// tokens [T] -> sequence [T, output_dim].
struct EmbeddingSpec {
  static constexpr std::string_view kType = "embedding";
  std::int64_t output_dim = 0;
  std::optional<std::int64_t> input_dim;
  bool trainable = true;
  bool mask = true;
  bool operator==(const EmbeddingSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector.", required, between(1, 65536));
    visit("input_dim", self.input_dim,
          "Rows of the table, at least the vocabulary's size; default: just that size.",
          between(3, 10000000));
    visit("trainable", self.trainable, "false: the table keeps its initial values.");
    visit("mask", self.mask,
          "true: padding does not exist for the layers above. false (Keras' default): texts are "
          "filled up to input.max_length and <pad> is a token like others; needs input.padding.");
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

enum class RnnActivation { kTanh, kRelu };
template <>
struct EnumNames<RnnActivation> {
  static constexpr std::array<std::string_view, 2> values{"tanh", "relu"};
};

/// Elman's network: h_t = f(W x_t + U h_{t-1} + b).
struct RnnSpec {
  static constexpr std::string_view kType = "rnn";
  std::int64_t units = 0;
  RnnActivation activation = RnnActivation::kTanh;
  bool bidirectional = false;
  bool return_sequences = false;
  double dropout = 0.0;
  bool operator==(const RnnSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Width of the hidden state, per direction.", required,
          between(1, 65536));
    visit("activation", self.activation, "f in h = f(W x + U h + b).");
    visit("bidirectional", self.bidirectional, "Read backwards too; the two states side by side.");
    visit("return_sequences", self.return_sequences, "Every step's state instead of the last.");
    visit("dropout", self.dropout,
          "Share of the input features set to zero while training, one choice per sequence.",
          between(0, 1).open_above());
  }
};

/// Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000).
struct LstmSpec {
  static constexpr std::string_view kType = "lstm";
  std::int64_t units = 0;
  bool bidirectional = false;
  bool return_sequences = false;
  double dropout = 0.0;
  bool operator==(const LstmSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Width of the hidden state, per direction.", required,
          between(1, 65536));
    visit("bidirectional", self.bidirectional, "Read backwards too; the two states side by side.");
    visit("return_sequences", self.return_sequences, "Every step's state instead of the last.");
    visit("dropout", self.dropout,
          "Share of the input features set to zero while training, one choice per sequence.",
          between(0, 1).open_above());
  }
};

/// Gated recurrent unit, reset after the product (Cho et al. 2014; the variant of cuDNN and Keras).
struct GruSpec {
  static constexpr std::string_view kType = "gru";
  std::int64_t units = 0;
  bool bidirectional = false;
  bool return_sequences = false;
  double dropout = 0.0;
  bool operator==(const GruSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units, "Width of the hidden state, per direction.", required,
          between(1, 65536));
    visit("bidirectional", self.bidirectional, "Read backwards too; the two states side by side.");
    visit("return_sequences", self.return_sequences, "Every step's state instead of the last.");
    visit("dropout", self.dropout,
          "Share of the input features set to zero while training, one choice per sequence.",
          between(0, 1).open_above());
  }
};

enum class PoolMode { kMax, kMean, kLast, kFirst };
template <>
struct EnumNames<PoolMode> {
  static constexpr std::array<std::string_view, 4> values{"max", "mean", "last", "first"};
};

/// sequence [T, D] -> vector [D], over the real steps alone.
struct PoolSpec {
  static constexpr std::string_view kType = "pool";
  PoolMode mode = PoolMode::kMax;
  bool operator==(const PoolSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("mode", self.mode, "How the steps become one vector.");
  }
};

enum class Activation { kLinear, kRelu, kTanh, kSigmoid, kSoftmax };
template <>
struct EnumNames<Activation> {
  static constexpr std::array<std::string_view, 5> values{"linear", "relu", "tanh", "sigmoid",
                                                          "softmax"};
};

/// y = f(W x + b), on a vector or on every step of a sequence.
struct DenseSpec {
  static constexpr std::string_view kType = "dense";
  std::optional<std::int64_t> units;
  Activation activation = Activation::kLinear;
  bool operator==(const DenseSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("units", self.units,
          "Width of the result; the last layer may leave it to the data: the number of classes, or "
          "1 for sigmoid.",
          between(1, 1000000));
    visit("activation", self.activation, "f; the last layer: softmax, or sigmoid with one unit.");
  }
};

using LayerSpec = std::variant<WordDropoutSpec, EmbeddingSpec, DropoutSpec, RnnSpec, LstmSpec,
                               GruSpec, PoolSpec, DenseSpec>;

enum class Initialization { kKeras, kTorch };
template <>
struct EnumNames<Initialization> {
  static constexpr std::array<std::string_view, 2> values{"keras", "torch"};
};

struct ModelSpec {
  std::vector<LayerSpec> layers;
  Initialization initialization = Initialization::kKeras;
  bool operator==(const ModelSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("layers", self.layers, "First to last; the first reads tokens, the last is dense.",
          required, not_empty);
    visit("initialization", self.initialization,
          "keras: Glorot uniform, orthogonal recurrent weights, forget bias 1. torch: LibTorch's "
          "defaults.");
  }
};

}  // namespace sequent
