// One reader per data format; open_records() selects it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/table_rows.h"
#include "sequent/data.h"

namespace sequent {

/// The columns to read from a table, and whether its first row holds the column names.
struct TableColumns {
  std::vector<Column> text;  // at least one; several are joined, see kTextSeparator
  std::optional<Column> text_b;
  Column label;
  bool header = true;
  std::vector<Column> label_columns = {};  // instead of `label`: one column per label
  std::optional<Column> weight = {};
};

/// Returns the weight of a row in the training loss; nothing unless it is a number of at least 0.
std::optional<double> weight_of(std::string_view text);
/// The error message for another weight. `found` and `place` are shown as they are.
std::string weight_fault(const std::string& found, const std::string& place);

/// Errors of all readers: Data, as open_records.
std::unique_ptr<RecordReader> read_table(std::unique_ptr<TableRows> rows,
                                         const TableColumns& columns, const ReaderOptions& options);
std::unique_ptr<RecordReader> read_jsonl(const std::string& path, const JsonlFormat& format,
                                         const ReaderOptions& options);
std::unique_ptr<RecordReader> read_folders(const std::string& path, const FoldersFormat& format,
                                           const ReaderOptions& options);
std::unique_ptr<RecordReader> read_lines(const std::string& path, const LinesFormat& format,
                                         const ReaderOptions& options);
std::unique_ptr<RecordReader> read_fasttext(const std::string& path, const FastTextFormat& format,
                                            const ReaderOptions& options);

std::unique_ptr<RecordReader> read_series(const std::string& path, const SeriesFormat& format,
                                          const ReaderOptions& options);
std::unique_ptr<RecordReader> read_ucr(const std::string& path, const UcrFormat& format,
                                       const ReaderOptions& options);

std::unique_ptr<RecordReader> read_conll(const std::string& path, const ConllFormat& format,
                                         const ReaderOptions& options);
std::unique_ptr<RecordReader> read_tokens(const std::string& path, const TokensFormat& format,
                                          const ReaderOptions& options);

/// Returns an error message if one of a pair's texts is blank; `text` and `text_b` are their names
/// in messages.
std::optional<std::string> pair_fault(const Record& record, const std::string& text,
                                      const std::string& text_b);

/// Returns the text of a tagged example: its tokens, separated by spaces.
std::string join_tokens(const std::vector<std::string>& tokens);

std::unique_ptr<RecordReader> read_windows(std::unique_ptr<TableRows> rows,
                                           const WindowsFormat& format,
                                           const ReaderOptions& options);

/// Parses a number, ignoring surrounding white space. Returns nullopt if `text` is not a number, or
/// out of range for a 32-bit float.
std::optional<double> parse_number(std::string_view text);
/// The same without the limit of 32 bits.
std::optional<double> parse_double(std::string_view text);

/// Returns the names of an example's `count` targets.
std::vector<std::string> target_names(const DataFormat& format, std::int64_t count);

/// Resets a record before the next one is read into it.
inline void clear(Record& record) {
  record.where.clear();
  record.text.clear();
  record.second.reset();
  record.values.clear();
  record.channels = 0;
  record.label.reset();
  record.targets.clear();
  record.labels.clear();
  record.tokens.clear();
  record.tags.clear();
  record.series.clear();
  record.weight = 1;
  record.features.clear();
  record.fields.clear();
  record.fault.reset();
}

}  // namespace sequent
