// Training of the many short runs of a search, which would otherwise spend most of their time on
// files.
#pragma once

#include "sequent/trainer.h"

namespace sequent {

enum class ShortRun {
  kTrial,   // only the progress is of interest: the result is empty, and the folder is no run
  kResult,  // as train(), with a checkpoint at the end
};

/// As train(), but without checkpoints during training: a run that is killed starts again. If
/// `hooks.stop_requested` ends the training, there is a checkpoint to resume from.
TrainReport train_short(const Config& config, const TrainOptions& options, const Hooks& hooks,
                        ShortRun kind);

}  // namespace sequent
