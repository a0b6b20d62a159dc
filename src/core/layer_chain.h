// The chain of layers: the form and width of the data between them.
#pragma once

#include "core/config_issues.h"
#include "sequent/config.h"

namespace sequent {

/// Returns the resolved chain and adds its errors to `issues`. If `vocabulary_size` or
/// `class_count` is 0, it is not known yet, and the rules that depend on it are not checked.
ResolvedConfig walk_layers(const Config& config, std::int64_t vocabulary_size,
                           std::int64_t class_count, ConfigIssues& issues);

}  // namespace sequent
