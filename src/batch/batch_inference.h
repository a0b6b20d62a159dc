// What sequent-infer does, apart from its command line: records in, answers out, in order.
#pragma once

#include "batch/record_options.h"
#include "batch/record_stream.h"

namespace sequent {

/// Does what the options say: answers the records of the input, or the lines of stdin as they are
/// typed, or writes vectors of texts, or their neighbors.
///
/// A run that is stopped early leaves an output file as it was before, or does not create it.
/// Errors: Usage for options that have no effect or no meaning for the model; Data at the first
/// record that cannot be used, unless these are recorded; Artifact, see Model::load; Runtime if the
/// output cannot be written.
void run_inference(const InferOptions& options, const StopRequest& stop = {});

}  // namespace sequent
