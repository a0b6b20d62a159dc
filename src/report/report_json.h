// Reports as parts of larger JSON files.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/json_fields.h"
#include "sequent/report.h"

namespace sequent {

nlohmann::ordered_json report_as_json(const Report& report);

/// Errors: Artifact, at the JSON pointer of what is missing, of another type, or does not add up.
Report report_from_fields(const JsonFields& fields, const Task& task);

}  // namespace sequent
