// The rules of a config's features (/input/features).
#pragma once

#include "core/config_issues.h"
#include "sequent/config.h"

namespace sequent {

/// Checks the columns of features, what a model has learned about them, and that a layer reads
/// them.
void check_features(const Config& config, ConfigIssues& issues);

}  // namespace sequent
