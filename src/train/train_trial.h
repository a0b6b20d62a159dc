// Training of the many short runs of a search.
#pragma once

#include "sequent/trainer.h"

namespace sequent {

/// As train(), but a checkpoint is written only when `hooks.stop_requested` ends the training, so
/// that short epochs do not spend most of their time on files. A trial that is killed starts again.
TrainReport train_trial(const Config& config, const TrainOptions& options, const Hooks& hooks);

}  // namespace sequent
