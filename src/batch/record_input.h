// Opens the records that sequent-infer reads.
#pragma once

#include <memory>

#include "batch/record_options.h"
#include "sequent/data.h"
#include "sequent/inference.h"

namespace sequent {

/// The content of a record's `fields`.
enum class FieldKind {
  kText,    // one field: the text itself
  kTable,   // one field per column
  kObject,  // one field: a JSON object
};

struct RecordInput {
  std::unique_ptr<RecordReader> reader;
  FieldKind fields = FieldKind::kText;
};

/// Opens records of single texts, whatever the model reads: uses the given column, else the one
/// used in training. Errors: Usage if the options do not fit the format; Data, as open_records.
RecordInput open_texts(const InferOptions& options, const Model& model);

/// Opens the records that the model reads: texts, pairs or series. Errors: as open_texts, and Usage
/// if the model cannot read this format.
RecordInput open_input(const InferOptions& options, const Model& model);

}  // namespace sequent
