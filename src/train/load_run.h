// Loads the model of a finished run.
#pragma once

#include <filesystem>

#include "sequent/artifact.h"
#include "sequent/model.h"

namespace sequent {

struct LoadedRun {
  std::filesystem::path folder;
  Manifest manifest;
  RunText text;
  SequenceModel model = nullptr;  // has the best weights, calibrated; on the CPU
};

/// Errors: Artifact if the folder is not a finished run or is damaged.
LoadedRun load_run(const std::filesystem::path& folder);

}  // namespace sequent
