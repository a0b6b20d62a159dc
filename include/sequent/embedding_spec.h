// How a token is mapped to a vector: embedding tables, n-grams and a character-level encoder.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/describe.h"

namespace sequent {

/// An additional embedding table for the same tokens.
struct TableSpec {
  static constexpr std::string_view kType = "table";
  std::int64_t output_dim = 0;
  std::optional<std::string> vectors;
  bool trainable = true;
  bool operator==(const TableSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector.", required, between(1, 65536));
    visit("vectors", self.vectors,
          "File of pretrained vectors to start from, relative to this config file, with vectors of "
          "width output_dim: word2vec (text or binary), GloVe or fastText. It may be "
          "compressed with gzip or xz.",
          not_empty);
    visit("trainable", self.trainable,
          "Whether the table is trained. false: it keeps its initial values.");
  }
};

enum class CharacterEncoderType { kCnn, kLstm };
template <>
struct EnumNames<CharacterEncoderType> {
  static constexpr std::array<std::string_view, 2> values{"cnn", "lstm"};
};

/// Character-level encoder: computes a token's vector from its characters, including tokens that
/// are not in the vocabulary. It reads the bytes of UTF-8, so no character is unknown.
struct CharactersSpec {
  static constexpr std::string_view kType = "characters";
  std::int64_t output_dim = 50;
  CharacterEncoderType encoder = CharacterEncoderType::kCnn;
  std::int64_t byte_dim = 25;
  std::int64_t kernel_size = 3;
  std::int64_t max_bytes = 24;
  bool operator==(const CharactersSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector; must be even for lstm.",
          between(1, 65536));
    visit("encoder", self.encoder,
          "cnn: a convolution over the characters, followed by max pooling (Ma and Hovy 2016). "
          "lstm: the final states of a bidirectional LSTM (Lample et al. 2016).");
    visit("byte_dim", self.byte_dim, "Width of a byte's vector.", between(1, 65536));
    visit("kernel_size", self.kernel_size, "Number of bytes that the convolution sees at once.",
          between(1, 1000));
    visit("max_bytes", self.max_bytes,
          "Maximum number of bytes per token; the rest of a longer token is ignored.",
          between(1, 1000));
  }
};

/// A vector for the n-gram that ends at each token, as fastText's wordNgrams (Joulin et al. 2017),
/// but one per token. N-grams are hashed to table rows, so they need not be enumerated.
struct NgramsSpec {
  static constexpr std::string_view kType = "ngrams";
  std::int64_t output_dim = 0;
  std::int64_t n = 2;
  std::int64_t buckets = 200000;
  bool operator==(const NgramsSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of an n-gram's vector, which is initialized to 0.",
          required, between(1, 65536));
    visit("n", self.n, "Number of tokens per n-gram; 2 for bigrams.", between(2, 5));
    visit("buckets", self.buckets,
          "Number of rows in the table. N-grams with the same hash share a row. The first row is "
          "reserved for n-grams with an unknown token.",
          between(2, 10000000));
  }
};

using ConcatSpec = std::variant<TableSpec, CharactersSpec, NgramsSpec>;

inline std::int64_t output_dim(const ConcatSpec& spec) {
  return std::visit([](const auto& part) { return part.output_dim; }, spec);
}

/// tokens [T] -> sequence [T, width()].
struct EmbeddingSpec {
  static constexpr std::string_view kType = "embedding";
  std::int64_t output_dim = 0;
  std::optional<std::int64_t> input_dim;
  std::optional<std::string> vectors;
  bool trainable = true;
  bool mask = true;
  std::vector<ConcatSpec> concat;
  bool operator==(const EmbeddingSpec&) const = default;

  /// Total width of the concatenated vectors.
  std::int64_t width() const {
    std::int64_t sum = output_dim;
    for (const ConcatSpec& part : concat) sum += sequent::output_dim(part);
    return sum;
  }

  /// The character-level encoder, or null if there is none.
  const CharactersSpec* characters() const {
    for (const ConcatSpec& part : concat) {
      if (const auto* found = std::get_if<CharactersSpec>(&part)) return found;
    }
    return nullptr;
  }

  /// Whether a token's vector depends on the tokens before it.
  bool has_ngrams() const {
    for (const ConcatSpec& part : concat) {
      if (std::holds_alternative<NgramsSpec>(part)) return true;
    }
    return false;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector.", required, between(1, 65536));
    visit("input_dim", self.input_dim,
          "Number of rows in the table, at least the vocabulary size. Defaults to the vocabulary "
          "size.",
          between(3, 10000000));
    visit("vectors", self.vectors,
          "File of pretrained vectors to start from, relative to this config file, with vectors of "
          "width output_dim: word2vec (text or binary), GloVe or fastText. It may be "
          "compressed with gzip or xz.",
          not_empty);
    visit("trainable", self.trainable,
          "Whether the table is trained. false: it keeps its initial values.");
    visit("mask", self.mask,
          "true: the following layers ignore padding. false (Keras' default): texts are padded to "
          "input.max_length and `<pad>` is treated like any other token; requires input.padding.");
    visit("concat", self.concat,
          "Additional vectors for each token, concatenated with the first: further tables, n-gram "
          "tables, and at most one character-level encoder.");
  }
};

}  // namespace sequent
