// The config's "data" and "input": where rows come from and how they become model input.
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

// ---- data -------------------------------------------------------------------------------------

/// A column by its header name, or by its index from 0.
using Column = std::variant<std::string, std::int64_t>;

struct TsvFormat {
  static constexpr std::string_view kType = "tsv";
  Column text = "text";
  std::optional<Column> text_b;
  Column label = "label";
  bool header = true;
  std::optional<std::string> label_separator;
  bool operator==(const TsvFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, "Column of the text, by name or by index from 0.");
    visit("text_b", self.text_b,
          "Column of the second text, for a model with a pair layer, by name or by index.");
    visit("label", self.label, "Column of the label, by name or by index from 0.");
    visit("header", self.header, "The first line holds the column names.");
    visit("label_separator", self.label_separator,
          "multi_label: what stands between the labels of a row; not set: a comma.", not_empty);
  }
};

struct CsvFormat {
  static constexpr std::string_view kType = "csv";
  Column text = "text";
  std::optional<Column> text_b;
  Column label = "label";
  bool header = true;
  std::optional<std::string> label_separator;
  bool operator==(const CsvFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, "Column of the text, by name or by index from 0.");
    visit("text_b", self.text_b,
          "Column of the second text, for a model with a pair layer, by name or by index.");
    visit("label", self.label, "Column of the label, by name or by index from 0.");
    visit("header", self.header, "The first record holds the column names.");
    visit("label_separator", self.label_separator,
          "multi_label: what stands between the labels of a row; not set: a comma.", not_empty);
  }
};

struct JsonlFormat {
  static constexpr std::string_view kType = "jsonl";
  std::string text = "text";
  std::optional<std::string> text_b;
  std::string label = "label";
  bool operator==(const JsonlFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, "Key of the text in each line's object.", not_empty);
    visit("text_b", self.text_b, "Key of the second text, for a model with a pair layer.",
          not_empty);
    visit("label", self.label,
          "Key of the label: a string, an integer or a boolean; multi_label: a list of strings.",
          not_empty);
  }
};

/// One folder per label, one text per *.txt file below it.
struct FoldersFormat {
  static constexpr std::string_view kType = "folders";
  bool operator==(const FoldersFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self&, Visitor&) {}
};

/// `__label__x text`, as fastText reads it; one label a line, multi_label: any number.
struct FastTextFormat {
  static constexpr std::string_view kType = "fasttext";
  std::string prefix = "__label__";
  bool operator==(const FastTextFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("prefix", self.prefix, "What marks a word as the label.", not_empty);
  }
};

/// What stands for a number that is missing: an empty cell, NaN or NA in a table, null in JSON.
enum class MissingValue { kError, kPrevious, kZero };
template <>
struct EnumNames<MissingValue> {
  static constexpr std::array<std::string_view, 3> values{"error", "previous", "zero"};
};

/// Sequences of numbers as JSON Lines: a list of steps, each a list with a number per channel; with
/// one channel the numbers themselves.
struct SeriesFormat {
  static constexpr std::string_view kType = "series";
  std::string values = "x";
  std::string label = "label";
  MissingValue missing = MissingValue::kError;
  bool operator==(const SeriesFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("values", self.values,
          "Key of the steps in each line's object: [[1, 2], [3, 4]] is two steps of two channels.",
          not_empty);
    visit("label", self.label,
          "Key of the label: a string, an integer or a boolean; for regression a number or a list "
          "of numbers.",
          not_empty);
    visit(
        "missing", self.missing,
        "null among the steps: an error, the value of the step before in the same channel (of the "
        "first step an error), or 0.");
  }
};

/// Windows of a table whose rows are steps in the order of time: each window is one row of the
/// data, what follows it is the target.
struct WindowsFormat {
  static constexpr std::string_view kType = "windows";
  std::vector<Column> columns;
  std::vector<Column> targets;
  std::int64_t length = 0;
  std::int64_t horizon = 1;
  std::int64_t stride = 1;
  std::optional<std::int64_t> season;
  std::optional<Column> time;
  std::optional<Column> group;
  MissingValue missing = MissingValue::kError;
  bool header = true;
  bool operator==(const WindowsFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("columns", self.columns, "Columns of numbers that the model reads, one per channel.",
          required, not_empty);
    visit("targets", self.targets, "Columns that are forecast; none named: those of `columns`.");
    visit("length", self.length, "Steps that the model reads.", required, between(1, 1000000));
    visit("horizon", self.horizon, "Steps after them that are forecast, all at once.",
          between(1, 100000));
    visit("stride", self.stride, "Steps from one window's begin to the next one's.",
          between(1, 1000000));
    visit("season", self.season,
          "Steps after which the series repeats, at most `length`: the report then shows the "
          "forecast "
          "that repeats the last season beside the one that repeats the last value.",
          between(1, 1000000));
    visit(
        "time", self.time,
        "Column that says when a step was: numbers, or dates that sort as text (2026-11-22 08:00). "
        "Set: a step that does not come after the one before, in its group, is an error.");
    visit("group", self.group,
          "Column that names the series a step belongs to, where a table holds several, one after "
          "the other or mixed: no window reaches over two, and each is cut by time on its own.");
    visit("missing", self.missing,
          "A cell without a number (empty, NaN or NA): an error, the value before it in the same "
          "column and group (of a first step an error), or 0. What is to be forecast is never made "
          "up: windows with a missing target are passed over.");
    visit("header", self.header, "The first record holds the column names.");
  }

  const std::vector<Column>& target_columns() const { return targets.empty() ? columns : targets; }

  /// Of each target column its place among `columns`; nothing where one is not read.
  std::optional<std::vector<std::int64_t>> target_channels() const;
};

/// How tags mark spans: B begins one, I or M goes on, E ends it, S is one of a single token.
enum class TagScheme { kBio, kBioes, kBmes };
template <>
struct EnumNames<TagScheme> {
  static constexpr std::array<std::string_view, 3> values{"bio", "bioes", "bmes"};
};

/// Tagged tokens as the CoNLL shared tasks lay them out: a token a line, its columns between white
/// space, an empty line after each row. Lines that begin with -DOCSTART- are passed over.
struct ConllFormat {
  static constexpr std::string_view kType = "conll";
  std::int64_t token = 0;
  std::int64_t tag = 1;
  std::optional<TagScheme> scheme;
  bool operator==(const ConllFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("token", self.token, "Column of the token, from 0.", between(0, 1000));
    visit("tag", self.tag, "Column of the tag, from 0.", between(0, 1000));
    visit("scheme", self.scheme,
          "What tags that mark spans are turned into when they are read; not set: they stay.");
  }
};

/// Tagged tokens as JSON Lines: {"tokens": ["in", "Paris"], "tags": ["O", "B-LOC"]}.
struct TokensFormat {
  static constexpr std::string_view kType = "tokens";
  std::string tokens = "tokens";
  std::string tags = "tags";
  std::optional<std::string> label;
  std::optional<TagScheme> scheme;
  bool operator==(const TokensFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokens", self.tokens, "Key of the list of tokens in each line's object.", not_empty);
    visit("tags", self.tags, "Key of the list of their tags.", not_empty);
    visit("label", self.label, "Key of the whole row's label, for a model with a row_label layer.",
          not_empty);
    visit("scheme", self.scheme,
          "What tags that mark spans are turned into when they are read; not set: they stay.");
  }
};

/// Plain text for a language model: each line is a row, and follows on the line before.
struct LinesFormat {
  static constexpr std::string_view kType = "lines";
  bool operator==(const LinesFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self&, Visitor&) {}
};

using DataFormat =
    std::variant<TsvFormat, CsvFormat, JsonlFormat, FoldersFormat, FastTextFormat, SeriesFormat,
                 WindowsFormat, ConllFormat, TokensFormat, LinesFormat>;

/// A seeded share of the training rows, the same share of each label. Of windows and a language
/// model's rows, which follow each other, the last ones.
struct HeldOut {
  double fraction = 0.1;
  std::int64_t seed = 1;
  bool operator==(const HeldOut&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("fraction", self.fraction,
          "Share of the training rows held out, stratified by label; of windows, and of a language "
          "model's rows, the last ones.",
          between(0, 0.9).open_below());
    visit("seed", self.seed,
          "Which rows: apart from training.seed, so that seeds share a split. Not where the last "
          "rows are taken.",
          between(0, 9007199254740991.0));
  }
};

/// What becomes of validation and test rows with a label or tag that no training row has.
enum class UnseenLabels { kError, kSkip, kWrong };
template <>
struct EnumNames<UnseenLabels> {
  static constexpr std::array<std::string_view, 3> values{"error", "skip", "wrong"};
};

/// A file, or a share of the training rows.
using HeldOutSource = std::variant<std::string, HeldOut>;

struct DataSpec {
  std::string train;
  HeldOutSource validation = HeldOut{};
  std::optional<HeldOutSource> test;
  DataFormat format = TsvFormat{};
  UnseenLabels unseen_labels = UnseenLabels::kError;
  bool operator==(const DataSpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("train", self.train,
          "Training file or folder, relative to this config file; .gz and .xz are read as well.",
          required, not_empty);
    visit("validation", self.validation, "A file, or a held-out share of the training rows.");
    visit("test", self.test,
          "Evaluated once, after training, with the kept weights: a file, or a share of the "
          "training rows, taken before validation's.");
    visit("format", self.format, "How the files are laid out.");
    visit("unseen_labels", self.unseen_labels,
          "Validation and test rows with a label or tag that no training row has: an error; left "
          "out, with a warning that counts them; or kept, where any answer to it counts as wrong.");
  }
};

// ---- input ------------------------------------------------------------------------------------

/// What all tokenizers do to a text before they split it.
struct Normalization {
  bool lowercase = true;
  bool nfkc = true;
  bool operator==(const Normalization&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("lowercase", self.lowercase, "Full Unicode case folding (Unicode 3.13).");
    visit("nfkc", self.nfkc,
          "Normalization form KC (UAX #15): full-width letters and digits become half-width.");
  }
};

/// Words by Unicode word boundaries (UAX #29); Chinese, Japanese and Thai by ICU's dictionaries.
/// Punctuation marks are tokens, white space is not.
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
          "White space makes tokens too: what a language model of characters needs.");
  }
};
/// What stands between white space.
struct WhitespaceTokenizer : Normalization {
  static constexpr std::string_view kType = "whitespace";
};

using TokenizerSpec = std::variant<WordsTokenizer, CharactersTokenizer, WhitespaceTokenizer>;

/// The reserved ids are `<pad>` 0, `<unk>` 1 and `<empty>` 2; words follow by falling count, then
/// by their bytes.
struct VocabularySpec {
  std::int64_t max_size = 50000;
  std::int64_t min_count = 1;
  bool operator==(const VocabularySpec&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("max_size", self.max_size, "Greatest number of ids, the three reserved ones included.",
          between(4, 10000000));
    visit("min_count", self.min_count, "Rarer training words become `<unk>`.",
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
  bool operator==(const TextInput&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokenizer", self.tokenizer, "How a text becomes tokens.");
    visit("vocabulary", self.vocabulary, "Which tokens get an id of their own.");
    visit("max_length", self.max_length,
          "Longer texts are cut to this many tokens. A language model reads on without end, and "
          "learns over as many at a time (truncated backpropagation).",
          between(1, 1000000));
    visit("truncating", self.truncating,
          "Which end of a long text is cut off. A text that is to be written is always cut at its "
          "end.");
    visit("padding", self.padding,
          "Only for an embedding with \"mask\": false, which reads padding as a token: the side on "
          "which every text is filled up to max_length.");
  }
};

/// Sequences of numbers; goes with the data formats "series" and "windows".
struct NumericInput {
  static constexpr std::string_view kType = "numeric";
  std::int64_t channels = 1;
  std::int64_t max_length = 1000;
  Side truncating = Side::kPost;
  std::optional<Side> padding;
  bool operator==(const NumericInput&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("channels", self.channels, "Numbers per step.", between(1, 65536));
    visit("max_length", self.max_length, "Longer sequences are cut to this many steps.",
          between(1, 1000000));
    visit("truncating", self.truncating, "Which end of a long sequence is cut off.");
    visit("padding", self.padding,
          "The side on which every sequence is filled up to max_length with zeros, which the model "
          "reads as steps like others; not set: every sequence keeps its length.");
  }
};

using InputSpec = std::variant<TextInput, NumericInput>;

/// Whether rows of this format are sequences of numbers.
inline bool is_numeric(const DataFormat& format) {
  return std::holds_alternative<SeriesFormat>(format) ||
         std::holds_alternative<WindowsFormat>(format);
}

/// Whether rows of this format are tokens, each with a tag.
inline bool is_tagged(const DataFormat& format) {
  return std::holds_alternative<ConllFormat>(format) ||
         std::holds_alternative<TokensFormat>(format);
}

/// The type of a format, as configs write it.
inline std::string_view format_name(const DataFormat& format) {
  return std::visit([](const auto& spec) { return spec.kType; }, format);
}

/// The greatest length of what a model reads, in tokens or steps.
inline std::int64_t max_length(const InputSpec& input) {
  return std::visit([](const auto& spec) { return spec.max_length; }, input);
}

}  // namespace sequent
