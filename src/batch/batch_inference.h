// The work of sequent-infer, apart from its command line: reads records, predicts, and writes the
// results in order.
#pragma once

#include <memory>

#include "batch/record_answerer.h"
#include "batch/record_options.h"
#include "batch/record_stream.h"

namespace sequent {

/// Does what the options say: predicts for the records of the input or for lines typed on stdin,
/// writes vectors of texts, or finds their nearest neighbors.
///
/// If a run stops early, an existing output file stays unchanged and no new one is created.
/// Errors: Usage for options that have no effect or do not apply to the model; Data at the first
/// record that cannot be used, unless errors are recorded; Artifact, see Model::load; Runtime if
/// the output cannot be written.
void run_inference(const InferOptions& options, const StopRequest& stop = {});

/// Returns what predicts for records, with explanations if the options ask for them. Errors: Usage.
std::unique_ptr<RecordAnswerer> make_answerer(const InferOptions& options, const Model& model);

}  // namespace sequent
