// Records with their answers, in an output format.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "batch/record_answerer.h"
#include "batch/record_input.h"
#include "batch/record_options.h"

namespace sequent {

/// Writes the fields of the input untouched, then the answer. A record with a fault gets `error`
/// instead of one.
/// Threads: all methods may be called from many at once.
class RecordWriter {
 public:
  RecordWriter() = default;
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  virtual ~RecordWriter() = default;

  /// The line of column names; empty for formats without one.
  virtual std::string header() const { return ""; }

  /// Appends record `index` of a window. Errors: Usage if a JSON object has a key of the name of
  /// something added.
  virtual void append(std::string& out, const Record& record, const RecordAnswers& answers,
                      std::size_t index) const = 0;
};

/// What a writer needs to know of a run.
struct WriterOptions {
  OutputFormat format = OutputFormat::kJsonl;
  FieldKind fields = FieldKind::kText;
  std::vector<std::string> columns;  // of the input, for kTable
  std::vector<std::string> added;    // the answerer's names
  std::string prefix;                // before these names, and before `error`
};

/// Errors: Usage if an input column has the name of something added.
std::unique_ptr<RecordWriter> make_record_writer(const WriterOptions& options);

/// The three formats; `added` has its prefixes, and `error` at its end.
std::unique_ptr<RecordWriter> make_jsonl_writer(const WriterOptions& options);
std::unique_ptr<RecordWriter> make_table_writer(const WriterOptions& options);
std::unique_ptr<RecordWriter> make_conll_writer();

/// Errors: Usage, always: the input has a column or key of this name already.
[[noreturn]] void fail_name_taken(const std::string& where, const std::string& name);

}  // namespace sequent
