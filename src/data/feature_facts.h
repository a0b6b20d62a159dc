// Describes the features of the rows (/input/features) for `sequent data check`.
#pragma once

#include <string>
#include <vector>

#include "data/splits.h"
#include "sequent/data.h"

namespace sequent {

/// Returns one line for each feature: its values or its mean and deviation, and the shares of
/// missing, rare and new values.
std::vector<std::string> describe_features(const Config& config, const Splits& data);

/// Returns what is doubtful about the features.
std::vector<DataFinding> find_feature_problems(const Config& config, const Splits& data);

}  // namespace sequent
