// Checks and cleans a run folder before training.
#pragma once

#include <optional>

#include "sequent/trainer.h"

namespace sequent {

/// Checks the folder before any work is done, without changing it.
/// Errors: Usage if it exists and neither resume nor overwrite is requested, if it contains files
/// that do not belong to a run, or if a run to resume has another config.
RunFolder check_run_folder(const Config& config, const TrainOptions& options);

/// Removes the files of an earlier run except the cache.
void clear_run_folder(const RunFolder& folder);

}  // namespace sequent
