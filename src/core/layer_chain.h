// The chain of layers: which form and width flows through it.
#pragma once

#include <string>
#include <vector>

#include "sequent/config.h"
#include "sequent/error.h"

namespace sequent {

/// A resolved chain, or what is wrong with it. `vocabulary_size` and `class_count` 0: not known
/// yet, what depends on them is not checked. Issues carry `prefix` before the layer's pointer.
ResolvedConfig walk_layers(const Config& config, std::int64_t vocabulary_size,
                           std::int64_t class_count, const std::string& prefix,
                           std::vector<Issue>& issues);

}  // namespace sequent
