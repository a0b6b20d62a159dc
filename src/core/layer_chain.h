// The chain of layers: the form and width of what flows through it.
#pragma once

#include "core/config_issues.h"
#include "sequent/config.h"

namespace sequent {

/// A resolved chain, or what is wrong with it. `vocabulary_size` and `class_count` 0: not known
/// yet, what depends on them is not checked.
ResolvedConfig walk_layers(const Config& config, std::int64_t vocabulary_size,
                           std::int64_t class_count, ConfigIssues& issues);

}  // namespace sequent
