// A finished run as a model.
#pragma once

#include <filesystem>

#include "sequent/artifact.h"
#include "sequent/model.h"

namespace sequent {

struct LoadedRun {
  std::filesystem::path folder;
  Manifest manifest;
  RunText text;
  SequenceModel model = nullptr;  // with the best weights, on the CPU
};

/// Errors: Artifact if the folder is no finished run, or damaged.
LoadedRun load_run(const std::filesystem::path& folder);

}  // namespace sequent
