// Predictions for lines as a user types them.
#pragma once

#include "batch/record_options.h"
#include "sequent/inference.h"

namespace sequent {

/// Refuses options for records, which this mode does not write. Errors: Usage.
void check_typed_options(const InferOptions& options);

/// Reads lines from stdin to its end and prints the prediction for each, with a prompt on a
/// terminal. A line that cannot be used causes a warning.
/// Errors: Usage if the model reads numbers; Runtime if stdout cannot be written.
void answer_typed_lines(const InferOptions& options, const Model& model);

}  // namespace sequent
