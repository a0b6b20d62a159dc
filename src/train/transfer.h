// Starting from what another run has learned.
#pragma once

#include <string>

#include "sequent/model.h"
#include "train/load_run.h"

namespace sequent {

/// The run that training.init_from names.
/// Errors: Artifact as load_run; Config if it reads other input than `config` does.
LoadedRun load_origin(const Config& config);

/// Copies into `model` what fits of `origin`. Layers with weights are paired from the first on as
/// long as their kinds and widths agree; the last layer is taken where all others are, and the task
/// is the same. Rows that belong to a token or a label go where its name stands now; those of new
/// names stay as they are. Returns what was taken, for the log and the report.
/// Errors: Config if nothing fits.
std::string take_weights(const LoadedRun& origin, const LabelSet& labels, SequenceModelImpl& model);

}  // namespace sequent
