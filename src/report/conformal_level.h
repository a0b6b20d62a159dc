// Reads conformal scores from the validation report of an archive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metrics/conformal.h"
#include "sequent/report.h"

namespace sequent {

/// Returns a column of a table whose rows are order statistics, with their ranks from the column
/// `rank`; empty if there is no such table. Errors: Artifact for a rank that is out of range.
std::vector<RankedValue> ranked_column(const Report& report, std::string_view table,
                                       std::string_view column);

/// Returns conformal_bound. `what` is what the level is for, and `archive` the name of the archive,
/// in messages. Errors: Usage if the level is not between 0 and 1 or there are too few rows for it;
/// Artifact if there are no values.
double bound_of_level(const std::vector<RankedValue>& values, double level, const std::string& what,
                      const std::string& archive);

}  // namespace sequent
