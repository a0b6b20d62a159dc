// From text to token ids: tokenizers, the vocabulary, labels, and the encoder that joins them.
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

/// The byte offset of the first fault in `text` as UTF-8, or nothing. Overlong forms, surrogates
/// and code points past U+10FFFF are faults. Source: Unicode 15, table 3-7.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// Splits text into tokens. White space (the Unicode property) separates tokens and is part of
/// none, unless CharactersTokenizer::whitespace makes it tokens.
///
/// Normalization: `nfkc` and `lowercase` together are NFKC, full case folding, NFKC, so that
/// normalizing twice changes nothing; each alone is just that step. The result depends on the
/// Unicode version of the installed ICU, never on the machine's language.
/// Threads: `tokenize` may be called from many at once.
class Tokenizer {
 public:
  explicit Tokenizer(const TokenizerSpec& spec);

  /// The tokens of `text` after normalization; none for empty or blank text.
  /// Errors: Data if `text` is not UTF-8.
  std::vector<std::string> tokenize(std::string_view text) const;

  /// The same without keeping them: calls `use` with each token in turn. The token lives only until
  /// `use` returns, and `use` must not tokenize. Errors: Data if `text` is not UTF-8.
  void for_each_token(std::string_view text,
                      const std::function<void(std::string_view token)>& use) const;

 private:
  TokenizerSpec spec_;
};

/// A token of a text as it stands there, before normalization.
struct PlacedToken {
  std::size_t begin = 0;  // in bytes
  std::size_t end = 0;
  bool operator==(const PlacedToken&) const = default;
};

/// Where the tokens of `text` stand. Errors: Data if `text` is not UTF-8.
std::vector<PlacedToken> place_tokens(const TokenizerSpec& spec, std::string_view text);

/// A token that was split off elsewhere, normalized as the tokenizer does; what normalization
/// splits further stays one. Errors: Data if it is not UTF-8.
std::string normalize_token(const TokenizerSpec& spec, std::string_view token);

/// Lets a map with strings as keys be searched with views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

/// Which id stands for which token.
class Vocabulary {
 public:
  static constexpr std::int64_t kPad = 0;           // fills up short rows of a batch
  static constexpr std::int64_t kUnknown = 1;       // any token without an id
  static constexpr std::int64_t kEmpty = 2;         // the only token of an empty text
  static constexpr std::int64_t kLineEnd = kEmpty;  // in a language model: ends each line
  static constexpr std::int64_t kPairBreak = kPad;  // in an encoded row, between a pair's texts
  static constexpr std::int64_t kReserved = 3;

  /// `tokens[i]` gets id kReserved + i.
  /// Errors: Artifact if a token stands twice or is a reserved name.
  explicit Vocabulary(std::vector<std::string> tokens = {});

  /// The id of `token`, kUnknown if it has none. The reserved names are not looked up: a text that
  /// says "<pad>" has unknown tokens.
  std::int64_t id(std::string_view token) const;
  const std::string& token(std::int64_t id) const { return tokens_[static_cast<std::size_t>(id)]; }

  /// Number of ids, the reserved ones included.
  std::int64_t size() const { return static_cast<std::int64_t>(tokens_.size()); }

  /// All tokens in the order of their ids, the reserved names first.
  const std::vector<std::string>& tokens() const { return tokens_; }

  bool operator==(const Vocabulary& other) const { return tokens_ == other.tokens_; }

 private:
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> ids_;
};

/// Whether an encoded token has no id of its own: kUnknown, or a spelled one (see EncodedText).
constexpr bool is_unknown(std::int32_t id) { return id < 0 || id == Vocabulary::kUnknown; }

/// Token counts -> vocabulary: falling count, then byte order of the token; `known` tokens go
/// before all others and keep their ids.
class VocabularyBuilder {
 public:
  void add(std::string_view token, std::int64_t count = 1);
  void merge(const VocabularyBuilder& other);
  Vocabulary build(const VocabularySpec& spec, const Vocabulary& known = Vocabulary()) const;

 private:
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> counts_;
};

/// The class names, in byte order; class i is `names()[i]`.
class LabelSet {
 public:
  /// Errors: Data with fewer than two names, or a name that stands twice or is empty.
  explicit LabelSet(std::vector<std::string> names);

  /// The names of a regression's targets, in the order of the outputs.
  /// Errors: Data with no name, or a name that is empty or stands twice.
  static LabelSet of_targets(std::vector<std::string> names);
  bool are_targets() const { return are_targets_; }

  /// Of a language model, whose answers are tokens.
  static LabelSet none() { return {}; }

  /// The same, and beside them the labels that whole rows have: of a tagger that gives both.
  /// Errors: Data with fewer than two names, or a name that stands twice or is empty.
  LabelSet with_rows(std::vector<std::string> row_names) const;
  /// Those labels; none without with_rows.
  const std::vector<std::string>& row_names() const { return row_names_; }
  std::int64_t row_size() const { return static_cast<std::int64_t>(row_names_.size()); }
  std::optional<std::int64_t> find_row(std::string_view name) const;

  /// Nothing for targets: no row has one as its label.
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

  std::vector<std::string> names_;      // of classes: sorted by bytes
  std::vector<std::string> row_names_;  // sorted by bytes
  bool are_targets_ = false;
};

/// The rank of each label, from 0: as `order` names them from the least to the greatest or, without
/// names, as the numbers that the labels are.
/// Errors: Data, at `where`, if labels and `order` are not the same, or a label is no number.
std::vector<std::int64_t> label_ranks(const LabelSet& labels, const std::vector<std::string>& order,
                                      const std::string& where);

/// A text as the model reads it, and what was lost on the way.
struct EncodedText {
  std::vector<std::int32_t> ids;   // 1..max_length of them
  bool empty = false;              // no token: ids are <empty>
  bool truncated = false;          // more tokens than max_length
  std::int64_t token_count = 0;    // before truncation
  std::int64_t unknown_count = 0;  // of the kept tokens, those without an id

  /// Where unknown tokens are spelled: token -n is the n-th of these.
  std::vector<std::string> unknown_words;
};

/// Tokenizes, looks up, truncates; fills up to max_length where the config's padding asks for it.
/// Threads: `encode` may be called from many at once.
class TextEncoder {
 public:
  /// `spells_unknown`: a token without an id keeps its spelling instead of becoming kUnknown.
  TextEncoder(const TextInput& spec, Vocabulary vocabulary, bool spells_unknown = false);

  /// Errors: Data if `text` is not UTF-8.
  EncodedText encode(std::string_view text) const;

  /// The same for the texts of a pair, kPairBreak between them; `empty` and `truncated` if one of
  /// them is, and token_count that of the longer. Errors: Data if one is not UTF-8.
  EncodedText encode_pair(std::string_view first, std::string_view second) const;

  /// The same for a text and the one that is to be written for it, which is cut at its end wherever
  /// the spec cuts. Errors: Data if one is not UTF-8.
  EncodedText encode_with_target(std::string_view source, std::string_view target) const;

  /// As `encode`, of tokens that were split off elsewhere. Errors: Data if one is not UTF-8.
  EncodedText encode(std::span<const std::string> tokens) const;

  /// The same for a language model: line ends in the text become kLineEnd. Its encoder has no
  /// max_length (see encoder_spec).
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
