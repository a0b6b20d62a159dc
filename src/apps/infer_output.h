// Prediction records as JSONL, TSV or CSV.
#pragma once

#include <string>
#include <vector>

#include "sequent/data.h"
#include "sequent/predictor.h"

namespace sequent {

enum class OutputFormat {
  kJsonl,
  kTsv,
  kCsv,
  kConll,  // of a tagger: a token and its tag on each line, an empty line after each record
};

/// What stands in a record's fields.
enum class FieldKind {
  kText,    // one field: the text itself
  kTable,   // one field per column
  kObject,  // one field: a JSON object
};

struct OutputOptions {
  OutputFormat format = OutputFormat::kJsonl;
  FieldKind fields = FieldKind::kText;
  std::vector<std::string> columns;  // of the input, for kTable
  std::vector<std::string> labels;
  bool is_text = true;                  // false: of numbers, without `empty` and `unknown_share`
  bool is_regression = false;           // `labels` are targets
  bool is_tagger = false;               // `labels` are tags
  std::vector<std::string> row_labels;  // of a tagger that labels whole records as well
  bool is_language_model = false;
  bool is_sequence_to_sequence = false;
  bool is_multi_label = false;  // any number of `labels` for a record
  bool marks_spans = false;     // and mark entities
  bool every_tag = false;       // of a tagger that does: each token's tag as well
  int top_k = 1;
  bool probabilities = false;
  std::string prefix;  // before the names of what is added
};

/// Writes the input's fields untouched, then prefix + `prediction`, `probability`, with top_k > 1
/// `top`, on request `probabilities`, and the flags `empty`, `truncated`, `unknown_share`, of which
/// numbers have `truncated` alone. Of a regression `prediction` is a number; of several targets an
/// object of numbers, in tables a column for each. Of multi_label `prediction` and `probability`
/// are lists, in tables with "|" between. Of a tagger `entities`, `tags` or both, and of one that
/// labels whole records `row_label` and `row_probability`; of a language model `tokens`,
/// `log_probability` and `perplexity`; of a model that writes text `prediction` and
/// `log_probability`. A record with a fault gets `error` instead.
class RecordWriter {
 public:
  /// Errors: Usage if an input column has the name of something added.
  explicit RecordWriter(OutputOptions options);

  /// The line of column names, or "" for JSONL.
  std::string header() const;

  /// One line for one record; `prediction` is not looked at if the record has a fault.
  /// Errors: Usage if a JSON object has a key of the name of something added.
  void append(std::string& out, const Record& record, const Prediction& prediction) const;

  /// The same for a tagger's answer.
  void append(std::string& out, const Record& record, const TaggedText& tagged) const;

  /// The same for a text that was written.
  void append(std::string& out, const Record& record, const WrittenText& written) const;

  /// The same for a language model's.
  void append(std::string& out, const Record& record, const TextLikelihood& found) const;

 private:
  bool append_fault_json(std::string& out, const Record& record) const;
  void append_tagged_json(std::string& out, const Record& record, const TaggedText& tagged) const;
  void append_conll(std::string& out, const Record& record, const TaggedText& tagged) const;
  void append_flags_json(std::string& out, bool truncated, double unknown_share) const;
  void append_json(std::string& out, const Record& record, const Prediction& prediction) const;
  void append_input_json(std::string& out, const Record& record) const;
  void append_labels_json(std::string& out, const Prediction& prediction) const;
  void append_classes_json(std::string& out, const Prediction& prediction) const;
  void append_values_json(std::string& out, const Prediction& prediction) const;
  void append_key(std::string& out, const char* name) const;
  void append_table(std::string& out, const Record& record,
                    const std::vector<std::string>& answers) const;
  std::vector<std::string> cells_of(const Prediction& prediction) const;
  void add_class_cells(std::vector<std::string>& cells, const Prediction& prediction) const;
  std::vector<std::string> added_columns() const;
  void append_cell(std::string& out, std::string_view value) const;

  OutputOptions options_;
  std::vector<std::string> added_;
};

}  // namespace sequent
