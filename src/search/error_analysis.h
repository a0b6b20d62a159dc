// Where a classifier of texts goes wrong, and why: `sequent errors`.
#pragma once

#include <filesystem>
#include <string>

#include "sequent/report.h"

namespace sequent {

struct ErrorAnalysisOptions {
  std::filesystem::path model;  // a run folder, an archive, or a folder of a cross-validation
  std::string data;             // labelled rows; empty: the run's validation rows
  std::string slice_column;     // also compare the values of this column; empty: none
  int top = 20;                 // rows and tokens per list
  int threads = 0;              // 0: one per core
};

struct ErrorAnalysis {
  Report report;
  Report page;  // the same with more rows, which can be filtered, and with charts
};

/// Analyses the predictions for labelled rows that the model was not trained on: the most confident
/// mistakes, labels that are probably wrong, the tokens that drive each class, and slices of the
/// rows in which the model is weak. The tokens are those of at most 1000 rows. In a
/// cross-validation, all rows were predicted by models that were not trained on them, so that wrong
/// labels are found in the whole training file; it has no tokens.
///
/// Errors: Usage if the model does not classify texts, or an archive has no `data`; Data; Artifact.
ErrorAnalysis analyse_errors(const ErrorAnalysisOptions& options);

}  // namespace sequent
