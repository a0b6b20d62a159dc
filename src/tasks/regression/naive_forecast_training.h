// Naive forecasts without a model, as a baseline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sequent/config.h"
#include "sequent/data.h"

namespace sequent {

struct NaiveForecast {
  std::string name;
  std::vector<float> values;  // [rows, targets], row-major
};

/// For windows that forecast their own columns: the last value and, if the config sets a season,
/// the value at the same step of the last season (Hyndman and Athanasopoulos, Forecasting:
/// Principles and Practice, 5.2). None for other rows.
std::vector<NaiveForecast> naive_forecasts(const Config& config, const EncodedDataset& data);

}  // namespace sequent
