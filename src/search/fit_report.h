// What sequent fit writes about its search: fit.json, and a summary for people.
#pragma once

#include <string>

#include "search/fit.h"
#include "search/fit_search.h"

namespace sequent {

/// Returns the content of fit.json: the decisions, all trials, and the winner.
std::string fit_json(const SniffedData& data, const FitSearch& search, Monitor monitor);

/// Returns the table of the best trials, the winner's metrics and the next commands.
std::string fit_summary(const FitSearch& search, const TrainReport& report, Monitor monitor,
                        const FitResult& result, const FitOptions& options);

}  // namespace sequent
