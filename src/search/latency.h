// How long an exported model takes for one input.
#pragma once

#include <cstdint>
#include <filesystem>

#include "sequent/config.h"

namespace sequent {

struct Latency {
  double milliseconds = 0;    // median over the examples
  std::int64_t examples = 0;  // that were measured
};

/// Measures how long the archive's model takes to predict for one validation example of the config,
/// which is in memory, on one thread of the fused engine: the median over up to 200 examples,
/// spread over the validation data. Errors: Artifact, see Model::load; Data if the validation data
/// cannot be read or are empty.
Latency measure_latency(const std::filesystem::path& archive, const Config& config);

}  // namespace sequent
