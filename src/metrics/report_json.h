// Reports as parts of larger JSON files.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/json_fields.h"
#include "sequent/metrics.h"

namespace sequent {

nlohmann::ordered_json report_as_json(const Report& report);

/// Errors: Artifact, at the place of what is missing, of another type, or does not add up.
Report report_from_fields(const JsonFields& fields);

}  // namespace sequent
