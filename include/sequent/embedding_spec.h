// What makes a vector of a token: tables, and its spelling.
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

/// One more table of the same tokens.
struct TableSpec {
  static constexpr std::string_view kType = "table";
  std::int64_t output_dim = 0;
  std::optional<std::string> vectors;
  bool trainable = true;
  bool operator==(const TableSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector.", required, between(1, 65536));
    visit(
        "vectors", self.vectors,
        "File of pretrained vectors to start from, output_dim wide, relative to this config file: "
        "word2vec (text or binary), GloVe or fastText text; .gz and .xz are read as well.",
        not_empty);
    visit("trainable", self.trainable, "false: the table keeps its initial values.");
  }
};

enum class SpellingEncoder { kCnn, kLstm };
template <>
struct EnumNames<SpellingEncoder> {
  static constexpr std::array<std::string_view, 2> values{"cnn", "lstm"};
};

/// A token's vector from its spelling, that of tokens without an id too. The letters are the bytes
/// of UTF-8, so that none is unknown.
struct CharactersSpec {
  static constexpr std::string_view kType = "characters";
  std::int64_t output_dim = 50;
  SpellingEncoder encoder = SpellingEncoder::kCnn;
  std::int64_t byte_dim = 25;
  std::int64_t kernel_size = 3;
  std::int64_t max_bytes = 24;
  bool operator==(const CharactersSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector; of an lstm an even number.",
          between(1, 65536));
    visit(
        "encoder", self.encoder,
        "cnn: a convolution over the letters and their maximum (Ma and Hovy 2016). lstm: the last "
        "states of one in each direction (Lample et al. 2016).");
    visit("byte_dim", self.byte_dim, "Width of a byte's vector.", between(1, 65536));
    visit("kernel_size", self.kernel_size, "Bytes that the convolution sees at once.",
          between(1, 1000));
    visit("max_bytes", self.max_bytes, "Longer tokens are read to this byte.", between(1, 1000));
  }
};

/// A vector for each run of n tokens that ends with a token, as fastText's wordNgrams (Joulin et
/// al. 2017), but one per token. Runs find their row by a hash, so that none need be listed.
struct NgramsSpec {
  static constexpr std::string_view kType = "ngrams";
  std::int64_t output_dim = 0;
  std::int64_t n = 2;
  std::int64_t buckets = 200000;
  bool operator==(const NgramsSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a run's vector, which starts at 0.", required,
          between(1, 65536));
    visit("n", self.n, "Tokens of a run: 2 for pairs of neighbours.", between(2, 5));
    visit("buckets", self.buckets,
          "Rows of the table: runs with the same hash share one. The first is for runs with an "
          "unknown token.",
          between(2, 10000000));
  }
};

using BesideSpec = std::variant<TableSpec, CharactersSpec, NgramsSpec>;

inline std::int64_t output_dim(const BesideSpec& spec) {
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
  std::vector<BesideSpec> beside;
  bool operator==(const EmbeddingSpec&) const = default;

  /// Of all that stands side by side.
  std::int64_t width() const {
    std::int64_t sum = output_dim;
    for (const BesideSpec& part : beside) sum += sequent::output_dim(part);
    return sum;
  }

  /// The part that reads spellings; null without one.
  const CharactersSpec* characters() const {
    for (const BesideSpec& part : beside) {
      if (const auto* found = std::get_if<CharactersSpec>(&part)) return found;
    }
    return nullptr;
  }

  /// Whether a token's vector depends on the tokens before it.
  bool has_ngrams() const {
    for (const BesideSpec& part : beside) {
      if (std::holds_alternative<NgramsSpec>(part)) return true;
    }
    return false;
  }

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("output_dim", self.output_dim, "Width of a token's vector.", required, between(1, 65536));
    visit("input_dim", self.input_dim,
          "Rows of the table, at least the vocabulary's size; default: just that size.",
          between(3, 10000000));
    visit(
        "vectors", self.vectors,
        "File of pretrained vectors to start from, output_dim wide, relative to this config file: "
        "word2vec (text or binary), GloVe or fastText text; .gz and .xz are read as well.",
        not_empty);
    visit("trainable", self.trainable, "false: the table keeps its initial values.");
    visit("mask", self.mask,
          "true: padding does not exist for the layers above. false (Keras' default): texts are "
          "filled up to input.max_length and `<pad>` is a token like others; needs input.padding.");
    visit("beside", self.beside,
          "More vectors of each token, side by side with the first: further tables, tables of the "
          "runs of tokens it ends, and one encoder of its spelling.");
  }
};

}  // namespace sequent
