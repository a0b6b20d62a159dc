#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/delimiter.h"
#include "data/label_lists.h"
#include "data/readers.h"
#include "text/ascii.h"

namespace sequent {
namespace {

struct Opener {
  const std::string& path;
  const ReaderOptions& options;

  std::unique_ptr<RecordReader> operator()(const TsvFormat& format) const {
    return open_table(open_tsv_rows(path, options.max_row_bytes, format.encoding), format);
  }
  std::unique_ptr<RecordReader> operator()(const CsvFormat& format) const {
    return open_table(csv_rows(format), format);
  }
  std::unique_ptr<RecordReader> operator()(const JsonlFormat& format) const {
    return read_jsonl(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const FoldersFormat& format) const {
    return read_folders(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const FastTextFormat& format) const {
    return read_fasttext(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const SeriesFormat& format) const {
    return read_series(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const UcrFormat& format) const {
    return read_ucr(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const ConllFormat& format) const {
    return read_conll(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const TokensFormat& format) const {
    return read_tokens(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const LinesFormat& format) const {
    return read_lines(path, format, options);
  }
  std::unique_ptr<RecordReader> operator()(const WindowsFormat& format) const {
    return read_windows(csv_rows(format), format, options);
  }

  template <class Format>
  std::unique_ptr<TableRows> csv_rows(const Format& format) const {
    if (const std::string error = delimiter_error(format.delimiter); !error.empty()) {
      throw Error(ErrorKind::kConfig, "delimiter", error);
    }
    return open_csv_rows(path, options.max_row_bytes, {format.delimiter.front(), format.encoding});
  }

  template <class Format>
  std::unique_ptr<RecordReader> open_table(std::unique_ptr<TableRows> rows,
                                           const Format& format) const {
    TableColumns columns{columns_of(format.text), format.text_b, format.label, format.header};
    if (options.label_lists) columns.label_columns = format.label_columns;
    if (options.read_weights) columns.weight = format.weight;
    const bool has_lists = options.label_lists && columns.label_columns.empty();
    std::unique_ptr<RecordReader> reader = read_table(std::move(rows), columns, options);
    return has_lists ? split_labels(std::move(reader), format.label_separator) : std::move(reader);
  }
};

/// Parses the labels of another reader's rows as numbers.
class NumericLabels : public RecordReader {
 public:
  explicit NumericLabels(std::unique_ptr<RecordReader> reader) : reader_(std::move(reader)) {}

  bool next(Record& record) override {
    if (!reader_->next(record)) return false;
    if (record.fault || !record.label) return true;
    if (const std::optional<double> number = parse_number(*record.label)) {
      record.targets = {*number};
      record.label.reset();
    } else {
      record.fault = "found the label \"" + *record.label + "\"; regression expects a number";
    }
    return true;
  }

  const std::vector<std::string>& columns() const override { return reader_->columns(); }

 private:
  std::unique_ptr<RecordReader> reader_;
};

/// Moves the label of each row of another reader to its second text.
class LabelTexts : public RecordReader {
 public:
  explicit LabelTexts(std::unique_ptr<RecordReader> reader) : reader_(std::move(reader)) {}

  bool next(Record& record) override {
    if (!reader_->next(record)) return false;
    if (!record.fault) record.second = std::exchange(record.label, std::nullopt);
    return true;
  }

  const std::vector<std::string>& columns() const override { return reader_->columns(); }

 private:
  std::unique_ptr<RecordReader> reader_;
};

std::string name_of(const Column& column) {
  const auto* index = std::get_if<std::int64_t>(&column);
  return index != nullptr ? std::to_string(*index) : std::get<std::string>(column);
}

/// Returns the column or key of the label. If the format has none, this is the name of its only
/// target.
std::string label_name(const DataFormat& format) {
  return std::visit(
      [](const auto& spec) -> std::string {
        if constexpr (requires { Column(spec.label); }) return name_of(Column(spec.label));
        return "label";
      },
      format);
}

}  // namespace

std::unique_ptr<RecordReader> open_records(const std::string& path, const DataFormat& format,
                                           const ReaderOptions& options) {
  std::unique_ptr<RecordReader> reader = std::visit(Opener{path, options}, format);
  if (options.label_lists) return reader;
  if (options.label_texts) return std::make_unique<LabelTexts>(std::move(reader));
  // JSON already has numbers and lists of numbers.
  const bool has_numbers = std::holds_alternative<SeriesFormat>(format) ||
                           std::holds_alternative<WindowsFormat>(format) ||
                           std::holds_alternative<JsonlFormat>(format);
  if (!options.numeric_labels || has_numbers) return reader;
  return std::make_unique<NumericLabels>(std::move(reader));
}

std::optional<std::string> pair_fault(const Record& record, const std::string& text,
                                      const std::string& text_b) {
  const auto blank = [](const std::string& part) {
    return std::all_of(part.begin(), part.end(), is_ascii_space);
  };
  const bool no_first = blank(record.text);
  if (!no_first && !blank(record.second.value())) return std::nullopt;
  return "found an empty " + (no_first ? text : text_b) + "; a pair has two texts";
}

std::optional<double> parse_double(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  if (text.empty() || code != std::errc{} || stop != end || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<double> weight_of(std::string_view text) {
  const std::optional<double> number = parse_number(text);
  return number && *number >= 0 ? number : std::nullopt;
}

std::string weight_fault(const std::string& found, const std::string& place) {
  return "found the weight " + found + " at " + place + "; expected a number of at least 0";
}

std::optional<double> parse_number(std::string_view text) {
  const std::optional<double> number = parse_double(text);
  if (!number || !std::isfinite(static_cast<float>(*number))) return std::nullopt;
  return number;
}

std::vector<std::string> target_names(const DataFormat& format, std::int64_t count) {
  std::vector<std::string> names;
  if (const auto* windows = std::get_if<WindowsFormat>(&format)) {
    for (std::int64_t step = 1; step <= windows->horizon; ++step) {
      for (const Column& column : windows->target_columns()) {
        names.push_back(name_of(column) + (windows->horizon > 1 ? "+" + std::to_string(step) : ""));
      }
    }
    return names;
  }
  const std::string label = label_name(format);
  if (count == 1) return {label};
  for (std::int64_t i = 0; i < count; ++i) names.push_back(label + "[" + std::to_string(i) + "]");
  return names;
}

}  // namespace sequent
