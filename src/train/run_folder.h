// What may happen to a run folder before training.
#pragma once

#include <optional>

#include "sequent/trainer.h"

namespace sequent {

/// Decides about the folder before any work is done; nothing is changed.
/// Errors: Usage if it exists and neither resume nor overwrite was asked for, if it holds files
/// that are no run's, or if resume meets another config.
RunFolder check_run_folder(const Config& config, const TrainOptions& options);

/// Removes a former run's files; the cache stays.
void clear_run_folder(const RunFolder& folder);

}  // namespace sequent
