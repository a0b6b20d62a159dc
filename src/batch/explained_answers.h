// Adds explanations to predictions for records.
#pragma once

#include <memory>

#include "batch/record_answerer.h"
#include "batch/record_explainer.h"
#include "batch/record_options.h"

namespace sequent {

/// Returns an answerer whose answers are those of `answerer` with explanations: in JSON a member
/// `explanation` with the tokens of the greatest influence, or a list `explanations`; in HTML the
/// text with colored tokens; for a typed line, the colored line or, if stdout is not a terminal, a
/// line for each of these tokens.
std::unique_ptr<RecordAnswerer> explaining_answerer(std::unique_ptr<RecordAnswerer> answerer,
                                                    std::unique_ptr<RecordExplainer> explainer,
                                                    const InferOptions& options, InputKind input);

}  // namespace sequent
