// What sequent fit writes about its search: fit.json, and a summary for people.
#pragma once

#include <string>

#include "search/fit.h"
#include "search/fit_members.h"
#include "search/fit_search.h"

namespace sequent {

/// Returns the content of fit.json: the decisions, all trials, the winner, and the models that are
/// averaged.
std::string fit_json(const SniffedData& data, const FitSearch& search, const FitMembers& members,
                     Monitor monitor);

/// Returns the table of the best trials, the metrics of the exported model and the next commands.
std::string fit_summary(const FitSearch& search, const FitMembers& members, Monitor monitor,
                        const FitResult& result, const FitOptions& options);

}  // namespace sequent
