// The config's "data.format": the formats of data files.
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

/// A column, by header name or by index from 0.
using Column = std::variant<std::string, std::int64_t>;

/// The columns of a text: one, or several whose texts are read as one.
using TextColumns = std::variant<std::string, std::int64_t, std::vector<Column>>;

/// Returns the columns of a text, at least one.
inline std::vector<Column> columns_of(const TextColumns& text) {
  if (const auto* several = std::get_if<std::vector<Column>>(&text)) return *several;
  if (const auto* index = std::get_if<std::int64_t>(&text)) return {*index};
  return {std::get<std::string>(text)};
}

/// One column as the columns of a text.
inline TextColumns text_column(const Column& column) {
  return std::visit([](const auto& name) { return TextColumns(name); }, column);
}

/// The help of the option `text` of tables.
inline constexpr std::string_view kTextHelp =
    "Column of the text, by name or by index from 0, or a list of columns whose texts are read as "
    "one, with the token \u241f (U+241F) between them.";

/// The help of the option `encoding` of all text formats.
inline constexpr std::string_view kEncodingHelp =
    "Character encoding of the files, by its IANA name, such as \"gb18030\", \"big5\", "
    "\"shift_jis\" or \"windows-1252\". UTF-8 and UTF-16 with a byte-order mark are detected.";

/// The help of the option `label_columns` of tables.
inline constexpr std::string_view kLabelColumnsHelp =
    "For multi_label: the columns that hold one label each, instead of `label`. A cell is 0 or 1, "
    "and the column's name is the label.";

struct TsvFormat {
  static constexpr std::string_view kType = "tsv";
  TextColumns text = "text";
  std::optional<Column> text_b;
  Column label = "label";
  std::optional<Column> weight;
  bool header = true;
  std::optional<std::string> label_separator;
  std::vector<Column> label_columns;
  std::string encoding = "utf-8";
  bool operator==(const TsvFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, kTextHelp);
    visit("text_b", self.text_b,
          "Column of the second text, by name or by index, for a model with a pair layer.");
    visit("label", self.label, "Column of the label, by name or by index from 0.");
    visit("weight", self.weight,
          "Column with the weight of each example in the training loss: a number of at least 0.");
    visit("header", self.header, "Whether the first line holds the column names.");
    visit(
        "label_separator", self.label_separator,
        "For multi_label: the separator between the labels of an example. The default is a comma.",
        not_empty);
    visit("label_columns", self.label_columns, kLabelColumnsHelp);
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

struct CsvFormat {
  static constexpr std::string_view kType = "csv";
  TextColumns text = "text";
  std::optional<Column> text_b;
  Column label = "label";
  std::optional<Column> weight;
  bool header = true;
  std::optional<std::string> label_separator;
  std::vector<Column> label_columns;
  std::string delimiter = ",";
  std::string encoding = "utf-8";
  bool operator==(const CsvFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text, kTextHelp);
    visit("text_b", self.text_b,
          "Column of the second text, by name or by index, for a model with a pair layer.");
    visit("label", self.label, "Column of the label, by name or by index from 0.");
    visit("weight", self.weight,
          "Column with the weight of each example in the training loss: a number of at least 0.");
    visit("header", self.header, "Whether the first record holds the column names.");
    visit(
        "label_separator", self.label_separator,
        "For multi_label: the separator between the labels of an example. The default is a comma.",
        not_empty);
    visit("label_columns", self.label_columns, kLabelColumnsHelp);
    visit("delimiter", self.delimiter,
          "Character between the columns, such as \",\", \";\", \"|\" or \"\\t\".", not_empty);
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// How to handle a text that is null in JSON.
enum class NullText { kError, kEmpty };
template <>
struct EnumNames<NullText> {
  static constexpr std::array<std::string_view, 2> values{"error", "empty"};
};

struct JsonlFormat {
  static constexpr std::string_view kType = "jsonl";
  std::string text = "text";
  std::optional<std::string> text_b;
  std::string label = "label";
  std::optional<std::string> weight;
  NullText null_text = NullText::kError;
  std::string encoding = "utf-8";
  bool operator==(const JsonlFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("text", self.text,
          "Key of the text in each object. A key that begins with a slash is a JSON pointer, such "
          "as \"/review/body\".",
          not_empty);
    visit("text_b", self.text_b, "Key of the second text, for a model with a pair layer.",
          not_empty);
    visit(
        "label", self.label,
        "Key of the label: a string, an integer or a boolean; for multi_label, a list of strings.",
        not_empty);
    visit("weight", self.weight,
          "Key of the weight of each example in the training loss: a number of at least 0.",
          not_empty);
    visit("null_text", self.null_text,
          "How to handle a text that is null. error: report an error. empty: read it as an empty "
          "text.");
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// One folder per label; each *.txt file (in upper or lower case) below it is one example.
struct FoldersFormat {
  static constexpr std::string_view kType = "folders";
  std::string encoding = "utf-8";
  bool operator==(const FoldersFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// `__label__x text`, as in fastText. Each line has one label, or any number of them for
/// multi_label.
struct FastTextFormat {
  static constexpr std::string_view kType = "fasttext";
  std::string prefix = "__label__";
  std::string encoding = "utf-8";
  bool operator==(const FastTextFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("prefix", self.prefix, "Prefix that marks a word as a label.", not_empty);
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// How to handle a missing number: an empty cell, NaN or NA in a table, null in JSON.
enum class MissingValue { kError, kPrevious, kZero };
template <>
struct EnumNames<MissingValue> {
  static constexpr std::array<std::string_view, 3> values{"error", "previous", "zero"};
};

/// Sequences of numbers as JSON Lines. Each sequence is a list of steps, and each step is a list
/// with one number per channel. With a single channel, a step may be the number itself.
struct SeriesFormat {
  static constexpr std::string_view kType = "series";
  std::string values = "x";
  std::string label = "label";
  MissingValue missing = MissingValue::kError;
  std::string encoding = "utf-8";
  bool operator==(const SeriesFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("values", self.values,
          "Key of the steps in each line's object: [[1, 2], [3, 4]] is two steps of two channels.",
          not_empty);
    visit("label", self.label,
          "Key of the label: a string, an integer or a boolean; for regression, a number or a list "
          "of numbers.",
          not_empty);
    visit("missing", self.missing,
          "How to handle null among the steps. error: report an error. previous: repeat the "
          "previous step's value of the same channel (an error at the first step). zero: use 0.");
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// How to handle time steps that are absent from a table.
enum class TimeGaps { kError, kSplit, kIgnore };
template <>
struct EnumNames<TimeGaps> {
  static constexpr std::array<std::string_view, 3> values{"error", "split", "ignore"};
};

/// The help of the option `missing_values`.
inline constexpr std::string_view kMissingValuesHelp =
    "Cells that mean a missing number, in addition to an empty cell, NaN, NA, N/A, null, None, ? "
    "and -: for example [\"-999\"].";

/// Sliding windows over a table whose rows are time steps. Each window is one example. Its target
/// is the steps after it or, with `label`, the class of its last step.
struct WindowsFormat {
  static constexpr std::string_view kType = "windows";
  std::vector<Column> columns;
  std::vector<Column> targets;
  std::optional<Column> label;
  std::int64_t length = 0;
  std::int64_t horizon = 1;
  std::int64_t stride = 1;
  std::optional<std::int64_t> season;
  std::optional<Column> time;
  std::optional<Column> group;
  MissingValue missing = MissingValue::kError;
  bool header = true;
  std::string delimiter = ",";
  std::string encoding = "utf-8";
  TimeGaps gaps = TimeGaps::kSplit;
  std::optional<std::string> time_format;
  std::optional<double> time_step;
  std::vector<std::string> missing_values;
  bool operator==(const WindowsFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("columns", self.columns, "Columns of numbers that the model reads, one per channel.",
          required, not_empty);
    visit("targets", self.targets,
          "Columns to forecast. If the list is empty, `columns` are forecast.");
    visit("label", self.label,
          "For classification: column with the class of each step. A window has the class of its "
          "last step, and nothing is forecast. Windows without a class are skipped.");
    visit("length", self.length, "Number of steps that the model reads.", required,
          between(1, 1000000));
    visit("horizon", self.horizon, "Number of following steps to forecast, all at once.",
          between(1, 100000));
    visit("stride", self.stride, "Number of steps between the starts of consecutive windows.",
          between(1, 1000000));
    visit("season", self.season,
          "Number of steps after which the series repeats, at most `length`. The report then "
          "includes the seasonal naive forecast (repeat the last season) in addition to the naive "
          "one (repeat the last value).",
          between(1, 1000000));
    visit("time", self.time,
          "Column with the time of each step: numbers, or dates that sort as text (2026-11-22 "
          "08:00). If set, a step that is not later than the previous step of its group is an "
          "error.");
    visit("group", self.group,
          "Column that identifies the series of each step, for tables that hold several series, "
          "whether consecutive or interleaved. Windows never span two series, and held-out parts "
          "are taken from each series separately.");
    visit("missing", self.missing,
          "How to handle a cell without a number (empty, NaN or NA). error: report an error. "
          "previous: repeat the previous value of the same column and group (an error at the first "
          "step). zero: use 0. Targets are never filled in: windows with a missing target are "
          "skipped.");
    visit("header", self.header, "Whether the first record holds the column names.");
    visit("delimiter", self.delimiter,
          "Character between the columns, such as \",\", \";\", \"|\" or \"\\t\".", not_empty);
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
    visit("gaps", self.gaps,
          "With `time`: how to handle steps that are absent. error: report an error. split: no "
          "window spans the gap, and a warning counts the gaps. ignore: windows read across the "
          "gap.");
    visit("time_format", self.time_format,
          "Format of the times in `time`, as in strptime, such as \"%d/%m/%Y %H:%M\". By default, "
          "times are ISO 8601 or numbers.",
          not_empty);
    visit("time_step", self.time_step,
          "With `time`: the time from one step to the next, in seconds for dates. By default, the "
          "most common difference in the training file; models keep it.",
          above(0));
    visit("missing_values", self.missing_values, kMissingValuesHelp);
  }

  const std::vector<Column>& target_columns() const { return targets.empty() ? columns : targets; }

  /// Returns the index in `columns` of each target column, or nullopt if a target is not an input
  /// or is a class.
  std::optional<std::vector<std::int64_t>> target_channels() const;
};

/// Labeled series as a table without a header, one series per row, as in the UCR archive: the label
/// first, then one value per step, with one channel. Missing values at the end of a row make the
/// series shorter.
struct UcrFormat {
  static constexpr std::string_view kType = "ucr";
  std::int64_t label = 0;
  std::string delimiter = "\t";
  MissingValue missing = MissingValue::kError;
  std::vector<std::string> missing_values;
  std::string encoding = "utf-8";
  bool operator==(const UcrFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("label", self.label, "Index of the label's column, from 0; all others are values.",
          between(0, 1000000));
    visit("delimiter", self.delimiter, "Character between the columns, such as \"\\t\" or \",\".",
          not_empty);
    visit("missing", self.missing,
          "How to handle a missing value before the last value of a row. error: report an error. "
          "previous: repeat the previous value (an error at the first step). zero: use 0.");
    visit("missing_values", self.missing_values, kMissingValuesHelp);
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// How tags mark spans: B begins a span, I or M continues it, E ends it, and S marks a single-token
/// span. In IOB1, B is used only between two adjacent spans of the same type.
enum class TagScheme { kBio, kBioes, kBmes, kIob1 };
template <>
struct EnumNames<TagScheme> {
  static constexpr std::array<std::string_view, 4> values{"bio", "bioes", "bmes", "iob1"};
};

/// Tagged tokens in the format of the CoNLL shared tasks: one token per line, columns separated by
/// tabs or white space, an empty line after each example. Lines that begin with -DOCSTART-,
/// comments and, in CoNLL-U, ranges and empty nodes are skipped.
struct ConllFormat {
  static constexpr std::string_view kType = "conll";
  std::int64_t token = 0;
  std::optional<std::int64_t> tag;
  std::optional<TagScheme> scheme;
  std::string encoding = "utf-8";
  bool operator==(const ConllFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("token", self.token, "Index of the token's column, from 0.", between(0, 1000));
    visit("tag", self.tag, "Index of the tag's column, from 0. The default is the last column.",
          between(0, 1000));
    visit("scheme", self.scheme,
          "Convert span tags to this scheme when reading. By default, tags are kept unchanged.");
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// Tagged tokens as JSON Lines: {"tokens": ["in", "Paris"], "tags": ["O", "B-LOC"]}.
struct TokensFormat {
  static constexpr std::string_view kType = "tokens";
  std::string tokens = "tokens";
  std::string tags = "tags";
  std::optional<std::string> label;
  std::optional<TagScheme> scheme;
  std::string encoding = "utf-8";
  bool operator==(const TokensFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("tokens", self.tokens, "Key of the list of tokens in each line's object.", not_empty);
    visit("tags", self.tags, "Key of the list of tags, one per token.", not_empty);
    visit("label", self.label,
          "Key of the whole example's label, for a model with a sequence_label layer.", not_empty);
    visit("scheme", self.scheme,
          "Convert span tags to this scheme when reading. By default, tags are kept unchanged.");
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

/// Plain text for a language model: each line is an example that continues the previous line.
struct LinesFormat {
  static constexpr std::string_view kType = "lines";
  std::string encoding = "utf-8";
  bool operator==(const LinesFormat&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("encoding", self.encoding, kEncodingHelp, not_empty);
  }
};

using DataFormat =
    std::variant<TsvFormat, CsvFormat, JsonlFormat, FoldersFormat, FastTextFormat, SeriesFormat,
                 WindowsFormat, UcrFormat, ConllFormat, TokensFormat, LinesFormat>;

/// Whether examples of this format are sequences of numbers.
inline bool is_numeric(const DataFormat& format) {
  return std::holds_alternative<SeriesFormat>(format) ||
         std::holds_alternative<WindowsFormat>(format) || std::holds_alternative<UcrFormat>(format);
}

/// Whether examples of this format are token sequences with one tag per token.
inline bool is_tagged(const DataFormat& format) {
  return std::holds_alternative<ConllFormat>(format) ||
         std::holds_alternative<TokensFormat>(format);
}

/// Whether examples of this format have weights.
inline bool has_weights(const DataFormat& format) {
  return std::visit(
      [](const auto& spec) {
        if constexpr (requires { spec.weight; }) return spec.weight.has_value();
        return false;
      },
      format);
}

/// The `type` of a format in a config.
inline std::string_view format_name(const DataFormat& format) {
  return std::visit([](const auto& spec) { return spec.kType; }, format);
}

}  // namespace sequent
