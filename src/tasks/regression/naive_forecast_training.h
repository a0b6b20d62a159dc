// Forecasts without a model: what a forecast has to be better than.
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
  std::vector<float> values;  // [rows, targets], row by row
};

/// For rows that are windows of the columns that are forecast: the last value and, where the config
/// names a season, the value of the last season's same step (Hyndman and Athanasopoulos,
/// Forecasting: Principles and Practice, 5.2). None for other rows.
std::vector<NaiveForecast> naive_forecasts(const Config& config, const EncodedDataset& data);

}  // namespace sequent
