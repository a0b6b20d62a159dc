// Converts reports to and from parts of larger JSON files.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/json_fields.h"
#include "sequent/report.h"

namespace sequent {

nlohmann::ordered_json report_as_json(const Report& report);

/// Errors: Artifact, with the JSON pointer of a value that is missing, has another type, or is
/// inconsistent with the others.
Report report_from_fields(const JsonFields& fields, const Task& task);

}  // namespace sequent
