// The config's "input": how examples become model input.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/describe.h"
#include "sequent/feature_spec.h"

namespace sequent {

/// Normalization that every tokenizer applies before it splits the text.
struct Normalization {
  bool lowercase = true;
  bool nfkc = true;
  bool operator==(const Normalization&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("lowercase", self.lowercase, "Apply full Unicode case folding (Unicode 3.13).");
    visit("nfkc", self.nfkc,
          "Apply normalization form KC (UAX #15), which turns full-width letters and digits into "
          "half-width ones.");
  }
};

/// Words by Unicode word boundaries (UAX #29); Chinese, Japanese and Thai text is segmented with
/// ICU's dictionaries. Punctuation marks are tokens; white space is not.
struct WordsTokenizer : Normalization {
  static constexpr std::string_view kType = "words";
};
/// Grapheme clusters (UAX #29).
struct CharactersTokenizer : Normalization {
  static constexpr std::string_view kType = "characters";
  bool whitespace = false;
  bool operator==(const CharactersTokenizer&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    Normalization::describe(self, visit);
    visit("whitespace", self.whitespace,
          "Keep white space as tokens, as a character-level language model needs.");
  }
};
/// Splits at white space.
struct WhitespaceTokenizer : Normalization {
  static constexpr std::string_view kType = "whitespace";
};

using TokenizerSpec = std::variant<WordsTokenizer, CharactersTokenizer, WhitespaceTokenizer>;

/// The reserved ids are `<pad>` 0, `<unk>` 1 and `<empty>` 2. The other tokens follow by decreasing
/// count; ties are ordered by their bytes.
struct VocabularySpec {
  std::int64_t max_size = 50000;
  std::int64_t min_count = 1;
  bool operator==(const VocabularySpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("max_size", self.max_size, "Maximum number of ids, including the three reserved ones.",
          between(4, 10000000));
    visit("min_count", self.min_count,
          "Minimum number of occurrences in the training data; rarer tokens become `<unk>`.",
          between(1, 1000000000));
  }
};

enum class Side { kPre, kPost };
template <>
struct EnumNames<Side> {
  static constexpr std::array<std::string_view, 2> values{"pre", "post"};
};

struct TextInput {
  static constexpr std::string_view kType = "text";
  TokenizerSpec tokenizer = WordsTokenizer{};
  VocabularySpec vocabulary;
  std::int64_t max_length = 256;
  Side truncating = Side::kPost;
  std::optional<Side> padding;
  std::vector<FeatureSpec> features;
  bool operator==(const TextInput&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokenizer", self.tokenizer, "How texts are split into tokens.");
    visit("vocabulary", self.vocabulary, "Which tokens get their own id.");
    visit("max_length", self.max_length,
          "Maximum number of tokens; longer texts are truncated. A language model instead reads a "
          "continuous stream in chunks of this length (truncated backpropagation through time).",
          between(1, 1000000));
    visit("truncating", self.truncating,
          "End at which long texts are truncated. Target texts (sequence_to_sequence) are always "
          "truncated at the end.");
    visit("padding", self.padding,
          "Side on which every text is padded to max_length. Only allowed if the embedding has "
          "\"mask\": false and thus reads padding as a token.");
    visit("features", self.features,
          "Further columns of a row that the model reads: categories, numbers and dates. A "
          "`features` layer joins them to the vector of the text.");
  }
};

/// Sequences of numbers; used with the data formats "series" and "windows".
struct NumericInput {
  static constexpr std::string_view kType = "numeric";
  std::int64_t channels = 1;
  std::int64_t max_length = 1000;
  Side truncating = Side::kPost;
  std::optional<Side> padding;
  bool operator==(const NumericInput&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("channels", self.channels, "Number of values per step.", between(1, 65536));
    visit("max_length", self.max_length, "Maximum number of steps; longer sequences are truncated.",
          between(1, 1000000));
    visit("truncating", self.truncating, "End at which long sequences are truncated.");
    visit("padding", self.padding,
          "Side on which every sequence is padded with zeros to max_length; the model reads the "
          "padding as ordinary steps. By default, sequences keep their length.");
  }
};

using InputSpec = std::variant<TextInput, NumericInput>;

/// The further columns that the model reads; none for numbers.
inline const std::vector<FeatureSpec>& features_of(const InputSpec& input) {
  static const std::vector<FeatureSpec> none;
  const auto* text = std::get_if<TextInput>(&input);
  return text == nullptr ? none : text->features;
}

/// The maximum input length, in tokens or steps.
inline std::int64_t max_length(const InputSpec& input) {
  return std::visit([](const auto& spec) { return spec.max_length; }, input);
}

}  // namespace sequent
