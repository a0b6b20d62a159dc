// The predictions for a row as a line of JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "train/row_predictions.h"

namespace sequent {

using RowLine = nlohmann::ordered_json;

/// Returns an object with the number of the row in its file, from 0, and its location, such as
/// "test.tsv:12". `record` is the row.
RowLine place_of_row(const RowPredictions& found, std::int64_t row, const Record& record);

/// Adds the row's `label`, `labels` or `targets`.
void add_truth(const RowPredictions& found, std::int64_t row, RowLine& line);

/// Returns the predicted label, the list of predicted labels, or the predicted numbers by name.
RowLine answer_of_row(const RowPredictions& found, std::int64_t row);

/// Returns the probability of each label by its name.
RowLine probabilities_by_name(const RowPredictions& found, std::int64_t row);

}  // namespace sequent
