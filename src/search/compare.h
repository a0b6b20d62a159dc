// Compares two models on the same rows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sequent/report.h"
#include "sequent/trainer.h"

namespace sequent {

struct CompareOptions {
  std::optional<std::string> data;  // labelled file; nothing: the rows that both runs held out
  std::optional<std::filesystem::path> changed;  // receives the rows whose answers differ
  EvaluateOptions evaluation;
};

struct ComparedModels {
  Report report;
  std::string sentence;  // whether the difference means anything
};

/// Compares two run folders or archives that predict the same labels or numbers. Without data, both
/// must be runs whose test rows, or else validation rows, are the same. The report has the metrics
/// of both models, the differences with their 95 % bootstrap intervals and, for labels, McNemar's
/// exact test. `options.changed` is written as JSON Lines: the number of the row in its file, from
/// 0, its location, its label, and both answers; for numbers, all rows.
/// Errors: those of predict_rows; Usage if the models do not predict the same, or have no rows in
/// common.
ComparedModels compare_models(const std::filesystem::path& a, const std::filesystem::path& b,
                              const CompareOptions& options);

}  // namespace sequent
