// Prepares the data of a run and keeps what was learned from them.
#pragma once

#include <filesystem>

#include "sequent/data.h"

namespace sequent {

/// Prepares the data (see prepare_data) and adds to the config what was learned from them, so that
/// it is stored with the run and in its archives.
PreparedData prepare_and_learn(Config& config, const std::filesystem::path& cache_folder,
                               const Vocabulary& known = Vocabulary());

}  // namespace sequent
