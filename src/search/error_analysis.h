// Where a classifier of texts goes wrong, and why: `sequent errors`.
#pragma once

#include <filesystem>
#include <string>

#include "sequent/report.h"

namespace sequent {

struct ErrorAnalysisOptions {
  std::filesystem::path model;  // a run folder or an archive
  std::string data;             // labelled rows; empty: the run's validation or test file
  std::string slice_column;     // also compare the values of this column; empty: none
  int top = 20;                 // rows and tokens per list
  int threads = 0;              // 0: one per core
};

/// Analyses the predictions for labelled rows that the model was not trained on: the most confident
/// mistakes, labels that are probably wrong, the tokens that drive each class, and slices of the
/// rows in which the model is weak. The tokens are those of at most 1000 rows.
///
/// Errors: Usage if the model does not classify texts, or `data` is empty and the run has no
/// validation or test file; Data; Artifact.
Report analyse_errors(const ErrorAnalysisOptions& options);

}  // namespace sequent
