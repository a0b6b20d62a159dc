// Writes records with their predictions in an output format.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "batch/record_answerer.h"
#include "batch/record_input.h"
#include "batch/record_options.h"

namespace sequent {

/// Writes the fields of the input unchanged, followed by the prediction. A record with an error
/// gets `error` instead of a prediction.
/// Threads: all methods can be called from many threads at once.
class RecordWriter {
 public:
  RecordWriter() = default;
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  virtual ~RecordWriter() = default;

  /// The line of column names; empty for formats without column names.
  virtual std::string header() const { return ""; }

  /// Appends the record at `index` of a window. Errors: Usage if a JSON object already has a key
  /// with an added name.
  virtual void append(std::string& out, const Record& record, const RecordAnswers& answers,
                      std::size_t index) const = 0;
};

/// The properties of a run that a writer needs.
struct WriterOptions {
  OutputFormat format = OutputFormat::kJsonl;
  FieldKind fields = FieldKind::kText;
  std::vector<std::string> columns;  // of the input, for kTable
  std::vector<std::string> added;    // the names of the predictions
  std::string prefix;                // before these names, and before `error`
};

/// Errors: Usage if an input column has an added name.
std::unique_ptr<RecordWriter> make_record_writer(const WriterOptions& options);

/// The formats. `added` includes the prefixes, and ends with `error`.
std::unique_ptr<RecordWriter> make_jsonl_writer(const WriterOptions& options);
std::unique_ptr<RecordWriter> make_table_writer(const WriterOptions& options);
std::unique_ptr<RecordWriter> make_conll_writer();
std::unique_ptr<RecordWriter> make_html_writer();

/// Errors: Usage, always: the input already has a column or key with this name.
[[noreturn]] void fail_name_taken(const std::string& where, const std::string& name);

}  // namespace sequent
