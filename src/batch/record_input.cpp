#include "batch/record_input.h"

#include <variant>

#include "core/typed_column.h"
#include "data/row_faults.h"
#include "infer/loaded_model.h"
#include "sequent/config.h"
#include "sequent/error.h"

namespace sequent {

namespace {

/// The format of the training data.
const DataFormat& training_format(const Model& model) {
  return model.loaded().config().data.format;
}

/// Sets the format's options of the file. Tables are delimited as in training unless an option
/// tells otherwise; the encoding is a property of each file.
template <class Format>
void set_file_options(const InferOptions& options, Format& format) {
  format.encoding = options.encoding;
  if constexpr (requires { format.delimiter; }) {
    if (!options.delimiter.empty()) format.delimiter = options.delimiter;
  }
}

/// Returns a CSV format with the delimiter used in training.
CsvFormat csv_as_in_training(const Model& model) {
  const auto* trained = std::get_if<CsvFormat>(&training_format(model));
  CsvFormat format;
  if (trained != nullptr) format.delimiter = trained->delimiter;
  return format;
}

/// Returns a JSON format that reads null as in training.
JsonlFormat objects_as_in_training(const Model& model) {
  const auto* trained = std::get_if<JsonlFormat>(&training_format(model));
  JsonlFormat format;
  if (trained != nullptr) format.null_text = trained->null_text;
  return format;
}

/// Rows for a model that reads numbers: JSON Lines with one sequence each or, for a model trained
/// on windows of a table, a table.
RecordInput open_numbers(const InferOptions& options, const Model& model,
                         const ReaderOptions& reading) {
  const std::string format = input_format_of(options);
  const DataFormat& trained = training_format(model);
  const auto* series = std::get_if<SeriesFormat>(&trained);
  const auto* windows = std::get_if<WindowsFormat>(&trained);
  if (format == "csv" && windows != nullptr) {
    if (options.text_given) {
      throw Error(
          ErrorKind::kUsage, "--text",
          "has no effect on a table, which has the columns of the training data; leave it out");
    }
    WindowsFormat table = *windows;
    if (options.no_header) table.header = false;
    set_file_options(options, table);
    return {open_records(options.input, table, reading), FieldKind::kTable};
  }
  const auto* ucr = std::get_if<UcrFormat>(&trained);
  if (format != "jsonl" && ucr != nullptr) {
    if (options.text_given) {
      throw Error(ErrorKind::kUsage, "--text",
                  "has no effect on series as rows, which have the columns of the training data; "
                  "leave it out");
    }
    UcrFormat rows = *ucr;
    set_file_options(options, rows);
    return {open_records(options.input, rows, reading), FieldKind::kText};
  }
  const std::string key = options.text_given ? options.text : (series ? series->values : "x");
  if (format == "jsonl") {
    const MissingValue missing = windows  ? windows->missing
                                 : series ? series->missing
                                 : ucr    ? ucr->missing
                                          : MissingValue::kError;
    SeriesFormat objects;
    objects.values = key;
    objects.missing = missing;
    objects.encoding = options.encoding;
    return {open_records(options.input, objects, reading), FieldKind::kObject};
  }
  throw Error(ErrorKind::kUsage, options.input,
              "is read as " + format +
                  ", but the model reads numbers; expected JSON Lines such as {\"" + key +
                  "\": [[1.5], [2]]} with --input-format jsonl" +
                  (windows != nullptr || ucr != nullptr
                       ? ", or a table as in training with --input-format csv"
                       : ""));
}

/// Returns the column or key of the texts, or of a tagger's tokens: the one given, else the one
/// used in training if the formats are alike, else `usual`.
Column chosen_column(const InferOptions& options, const Model& model, Column usual) {
  if (options.text_given) return typed_column(options.text);
  const std::string input = input_format_of(options);
  return std::visit(
      [&](const auto& format) -> Column {
        if constexpr (requires { format.tokens; }) {
          if (input == "tokens") return format.tokens;
        } else if constexpr (requires { format.token; }) {
          if (input == "conll") return format.token;
        } else if constexpr (requires { format.text; }) {
          if (input != "tokens" && input != "conll") return columns_of(format.text).front();
        }
        return usual;
      },
      training_format(model));
}

/// Returns the columns of the texts if there were several in training and none is given.
std::optional<TextColumns> several_columns(const InferOptions& options, const Model& model) {
  if (options.text_given) return std::nullopt;
  return std::visit(
      [](const auto& format) -> std::optional<TextColumns> {
        if constexpr (requires { TextColumns(format.text); }) {
          if (columns_of(format.text).size() > 1) return format.text;
        }
        return std::nullopt;
      },
      training_format(model));
}

std::string key_of(const Column& column) {
  if (const auto* key = std::get_if<std::string>(&column)) return *key;
  refuse("--text", "expected a key, because objects have no indices");
}

/// Returns the columns of a pair's texts: those given, else those used in training.
struct PairColumns {
  Column first = std::string("text");
  Column second = std::string("text_b");
};

PairColumns pair_columns(const InferOptions& options, const Model& model) {
  PairColumns columns;
  std::visit(
      [&](const auto& format) {
        if constexpr (requires { format.text_b; }) {
          columns = {columns_of(format.text).front(), Column(format.text_b.value_or("text_b"))};
        }
      },
      training_format(model));
  if (options.text_given) columns.first = typed_column(options.text);
  if (!options.text_b.empty()) columns.second = typed_column(options.text_b);
  return columns;
}

RecordInput open_pairs(const InferOptions& options, const Model& model,
                       const ReaderOptions& reading) {
  const std::string format = input_format_of(options);
  const PairColumns columns = pair_columns(options, model);
  if (format == "jsonl") {
    const auto* first = std::get_if<std::string>(&columns.first);
    const auto* second = std::get_if<std::string>(&columns.second);
    if (first == nullptr || second == nullptr) {
      refuse(first == nullptr ? "--text" : "--text-b",
             "expected a key, because objects have no indices");
    }
    JsonlFormat objects = objects_as_in_training(model);
    set_file_options(options, objects);
    objects.text = *first;
    objects.text_b = *second;
    return {open_records(options.input, objects, reading), FieldKind::kObject};
  }
  if (format != "tsv" && format != "csv") {
    refuse("--input-format " + format,
           "has one text per record, but the model reads pairs; expected tsv, csv or jsonl");
  }
  const auto table = [&](auto result) {
    result.text = text_column(columns.first);
    result.text_b = columns.second;
    result.header = !options.no_header;
    set_file_options(options, result);
    return DataFormat(result);
  };
  const DataFormat rows = format == "csv" ? table(csv_as_in_training(model)) : table(TsvFormat{});
  return {open_records(options.input, rows, reading), FieldKind::kTable};
}

RecordInput open_texts(const InferOptions& options, const Model& model,
                       const ReaderOptions& reading) {
  const std::string format = input_format_of(options);
  if (format == "lines") {
    return {open_records(options.input, LinesFormat{options.encoding}, reading), FieldKind::kText};
  }
  if (format == "tokens") {
    TokensFormat objects;
    set_file_options(options, objects);
    objects.tokens = key_of(chosen_column(options, model, objects.tokens));
    objects.tags = objects.tokens + "_tags";
    return {open_records(options.input, objects, reading), FieldKind::kObject};
  }
  if (format == "conll") {
    const Column token = chosen_column(options, model, std::int64_t{0});
    if (!std::holds_alternative<std::int64_t>(token)) {
      refuse("--text " + options.text,
             "expected a column index (from 0), because conll has no column names");
    }
    ConllFormat lines;
    set_file_options(options, lines);
    lines.token = std::get<std::int64_t>(token);
    return {open_records(options.input, lines, reading), FieldKind::kText};
  }
  const Column text = chosen_column(options, model, std::string("text"));
  const std::optional<TextColumns> several = several_columns(options, model);
  if (format == "jsonl") {
    // If the training table had no header, the column is an index, but objects need a key.
    if (several) {
      refuse("--input-format jsonl",
             "the model reads the texts of several columns as one; expected tsv or csv, or --text "
             "with the key of texts that are joined as in training");
    }
    const bool indexed = !options.text_given && std::holds_alternative<std::int64_t>(text);
    JsonlFormat objects = objects_as_in_training(model);
    set_file_options(options, objects);
    objects.text = indexed ? "text" : key_of(text);
    return {open_records(options.input, objects, reading), FieldKind::kObject};
  }
  const bool header = !options.no_header;
  const auto as_table = [&](auto table) {
    table.text = several ? *several : text_column(text);
    table.header = header;
    set_file_options(options, table);
    return DataFormat(table);
  };
  const DataFormat table =
      format == "csv" ? as_table(csv_as_in_training(model)) : as_table(TsvFormat{});
  return {open_records(options.input, table, reading), FieldKind::kTable};
}

/// Returns the reader options for texts with features. Errors: Usage if the format has no columns.
ReaderOptions feature_options(const InferOptions& options, const Model& model,
                              ReaderOptions reading) {
  const std::string format = input_format_of(options);
  if (format != "tsv" && format != "csv" && format != "jsonl") {
    refuse("--input-format " + format, "has only texts, but the model also reads " +
                                           list_names(model.features()) +
                                           "; expected tsv, csv or jsonl with these columns");
  }
  reading.features = features_of(model.loaded().config().input);
  return reading;
}

}  // namespace

RecordInput open_texts(const InferOptions& options, const Model& model) {
  ReaderOptions reading;
  reading.need_label = false;
  return open_texts(options, model, reading);
}

RecordInput open_input(const InferOptions& options, const Model& model) {
  ReaderOptions reading;
  reading.need_label = false;
  if (model.input() == InputKind::kSeries) return open_numbers(options, model, reading);
  if (model.input() == InputKind::kTextPair) return open_pairs(options, model, reading);
  if (model.input() == InputKind::kTextWithFeatures) {
    return open_texts(options, model, feature_options(options, model, reading));
  }
  return open_texts(options, model, reading);
}

}  // namespace sequent
