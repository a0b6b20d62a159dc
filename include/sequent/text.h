// Converts text to token ids: tokenizers, the vocabulary, labels, and the encoder that combines
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sequent/config.h"

namespace sequent {

/// Returns the byte offset of the first error in `text` as UTF-8, or nothing if it is valid.
/// Overlong forms, surrogates and code points past U+10FFFF are errors. Source: Unicode 15, table
/// 3-7.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Splits text into tokens. White space (the Unicode property) separates tokens and is never part
/// of one, unless CharactersTokenizer::whitespace turns it into tokens.
///
/// Normalization: with both `nfkc` and `lowercase`, text is converted to NFKC, case-folded, and
/// converted to NFKC again, so normalizing twice changes nothing. With one of them, only that step
/// runs. The result depends on the Unicode version of the installed ICU, never on the machine's
/// language.
/// Threads: `tokenize` may be called concurrently.
class Tokenizer {
 public:
  explicit Tokenizer(const TokenizerSpec& spec);

  /// Returns the tokens of `text` after normalization; none if the text is empty or blank.
  /// Errors: Data if `text` is not valid UTF-8.
  std::vector<std::string> tokenize(std::string_view text) const;

  /// Calls `use` with each token in turn, without storing them. A token is valid only until `use`
  /// returns, and `use` must not tokenize. Errors: Data if `text` is not valid UTF-8.
  void for_each_token(std::string_view text,
                      const std::function<void(std::string_view token)>& use) const;

 private:
  TokenizerSpec spec_;
};

/// The position of a token in the text before normalization.
struct PlacedToken {
  std::size_t begin = 0;  // in bytes
  std::size_t end = 0;
  bool operator==(const PlacedToken&) const = default;
};

/// Returns the positions of the tokens of `text`. Errors: Data if `text` is not valid UTF-8.
std::vector<PlacedToken> place_tokens(const TokenizerSpec& spec, std::string_view text);

/// Normalizes a token that was split elsewhere, as the tokenizer would. If normalization would
/// split it further, it still stays one token. Errors: Data if it is not valid UTF-8.
std::string normalize_token(const TokenizerSpec& spec, std::string_view token);

/// Allows a map with string keys to be searched with string views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

/// Maps tokens to ids and back.
class Vocabulary {
 public:
  static constexpr std::int64_t kPad = 0;           // pads short rows of a batch
  static constexpr std::int64_t kUnknown = 1;       // any token without an id
  static constexpr std::int64_t kEmpty = 2;         // the only token of an empty text
  static constexpr std::int64_t kLineEnd = kEmpty;  // in a language model: the end of a line
  static constexpr std::int64_t kPairBreak = kPad;  // in an encoded row: between a pair's texts
  static constexpr std::int64_t kReserved = 3;

  /// `tokens[i]` gets the id kReserved + i.
  /// Errors: Artifact if a token occurs twice, is empty or is a reserved name.
  explicit Vocabulary(std::vector<std::string> tokens = {});

  /// Returns the id of `token`, or kUnknown if it has none. Reserved names are not looked up, so a
  /// text that contains "<pad>" contains unknown tokens.
  std::int64_t id(std::string_view token) const;
  const std::string& token(std::int64_t id) const { return tokens_[static_cast<std::size_t>(id)]; }

  /// The number of ids, including the reserved ones.
  std::int64_t size() const { return static_cast<std::int64_t>(tokens_.size()); }

  /// All tokens in the order of their ids, starting with the reserved names.
  const std::vector<std::string>& tokens() const { return tokens_; }

  bool operator==(const Vocabulary& other) const { return tokens_ == other.tokens_; }

 private:
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> ids_;
};

/// Stands between the texts of several columns that are read as one: U+241F, a token of its own for
/// all tokenizers.
inline constexpr std::string_view kTextSeparator = "\u241f";

/// Returns texts as a model reads them whose config names several text columns. A separator within
/// a text becomes a space.
std::string join_texts(const std::vector<std::string>& texts);

/// Whether an encoded token has no id of its own: kUnknown, or an index into the unknown words (see
/// EncodedText).
constexpr bool is_unknown(std::int32_t id) { return id < 0 || id == Vocabulary::kUnknown; }

/// Builds a vocabulary from token counts. Tokens are sorted by decreasing count, then by bytes. The
/// tokens of `known` precede all others and keep their ids.
class VocabularyBuilder {
 public:
  void add(std::string_view token, std::int64_t count = 1);
  void merge(const VocabularyBuilder& other);
  Vocabulary build(const VocabularySpec& spec, const Vocabulary& known = Vocabulary()) const;

 private:
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> counts_;
};

/// The class names in byte order. Class i is `names()[i]`.
class LabelSet {
 public:
  /// Errors: Data if there are fewer than two names, or if a name is repeated or empty.
  explicit LabelSet(std::vector<std::string> names);

  /// The names of a regression model's targets, in the order of the outputs.
  /// Errors: Data if there are no names, or if a name is empty or repeated.
  static LabelSet of_targets(std::vector<std::string> names);
  bool are_targets() const { return are_targets_; }

  /// For a language model, whose outputs are tokens.
  static LabelSet none() { return {}; }

  /// Returns a copy that also has labels for whole rows, for a tagger that predicts both.
  /// Errors: Data if there are fewer than two names, or if a name is repeated or empty.
  LabelSet with_sequence_labels(std::vector<std::string> sequence_names) const;
  /// The labels of whole rows; empty without with_sequence_labels.
  const std::vector<std::string>& sequence_names() const { return sequence_names_; }
  std::int64_t sequence_size() const { return static_cast<std::int64_t>(sequence_names_.size()); }
  std::optional<std::int64_t> find_sequence_label(std::string_view name) const;

  /// Returns nothing for targets, because targets are not labels.
  std::optional<std::int64_t> find(std::string_view name) const;
  const std::string& name(std::int64_t index) const {
    return names_[static_cast<std::size_t>(index)];
  }
  std::int64_t size() const { return static_cast<std::int64_t>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  bool operator==(const LabelSet&) const = default;

 private:
  LabelSet() = default;
  void check_names(std::vector<std::string> sorted) const;

  std::vector<std::string> names_;           // class names are sorted by bytes
  std::vector<std::string> sequence_names_;  // sorted by bytes
  bool are_targets_ = false;
};

/// Returns the rank of each label, starting at 0. `order` lists the labels in increasing order. If
/// it is empty, the labels must be numbers and are ranked by value.
/// Errors: Data, at `where`, if `order` does not contain exactly the labels, or if a label is not a
/// number.
std::vector<std::int64_t> label_ranks(const LabelSet& labels, const std::vector<std::string>& order,
                                      const std::string& where);

/// An encoded text, and what was lost when it was encoded.
struct EncodedText {
  std::vector<std::int32_t> ids;   // 1 to max_length token ids
  bool empty = false;              // the text has no token, and ids is <empty>
  bool truncated = false;          // the text had more than max_length tokens
  std::int64_t token_count = 0;    // before truncation
  std::int64_t unknown_count = 0;  // number of kept tokens without an id

  /// The unknown tokens, if the encoder keeps them: id -n refers to the n-th of these.
  std::vector<std::string> unknown_words;
};

/// Tokenizes a text, looks up the ids, truncates them, and pads them to max_length if the config
/// enables padding.
/// Threads: `encode` may be called concurrently.
class TextEncoder {
 public:
  /// With `spells_unknown`, a token without an id keeps its characters instead of becoming
  /// kUnknown.
  TextEncoder(const TextInput& spec, Vocabulary vocabulary, bool spells_unknown = false);

  /// Errors: Data if `text` is not valid UTF-8.
  EncodedText encode(std::string_view text) const;

  /// Encodes the two texts of a pair, with kPairBreak between them. `empty` and `truncated` are set
  /// if they hold for either text, and token_count is that of the longer text. Errors: Data if a
  /// text is not valid UTF-8.
  EncodedText encode_pair(std::string_view first, std::string_view second) const;

  /// Encodes a source text and its target text. The target is always truncated at its end, whatever
  /// the spec says. Errors: Data if a text is not valid UTF-8.
  EncodedText encode_with_target(std::string_view source, std::string_view target) const;

  /// Encodes tokens that were split elsewhere. Errors: Data if a token is not valid UTF-8.
  EncodedText encode(std::span<const std::string> tokens) const;

  /// Encodes a text for a language model: line ends become kLineEnd. The encoder of a language
  /// model has no max_length (see encoder_spec).
  EncodedText encode_lines(std::string_view text) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  EncodedText encode(std::string_view text, Side cut) const;
  void add(std::string_view token, Side cut, EncodedText& result) const;
  void complete(Side cut, EncodedText& result) const;
  static EncodedText join(EncodedText first, const EncodedText& second);

  TextInput spec_;
  Tokenizer tokenizer_;
  Vocabulary vocabulary_;
  bool spells_unknown_;
};

}  // namespace sequent
