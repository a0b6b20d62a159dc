// Answers to lines as they are typed.
#pragma once

#include "batch/record_options.h"
#include "sequent/inference.h"

namespace sequent {

/// Refuses options about records, which are not written here. Errors: Usage.
void check_typed_options(const InferOptions& options);

/// Reads lines from stdin to its end and prints the answer to each; on a terminal with a prompt. A
/// line that cannot be used gets a warning.
/// Errors: Usage if the model reads numbers; Runtime if stdout cannot be written.
void answer_typed_lines(const InferOptions& options, const Model& model);

}  // namespace sequent
