// Rules of the config's held-out parts.
#pragma once

#include "core/config_issues.h"
#include "sequent/config.h"

namespace sequent {

/// Checks data.validation, data.test and data.duplicates.
void check_held_out(const Config& config, ConfigIssues& issues);

}  // namespace sequent
