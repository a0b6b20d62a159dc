// Several finished runs as one model whose outputs are averaged.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sequent/model.h"
#include "sequent/report.h"
#include "train/load_run.h"

namespace sequent {

/// Runs with the same input, layers and labels.
///
/// Their vocabularies may differ, because those of folds do: all models read the ids of one
/// vocabulary that has the tokens of all. A token that a run does not know has the vectors of its
/// `<unk>`, so that the model predicts what the run's own predicts.
struct Ensemble {
  std::vector<LoadedRun> runs;
  Vocabulary vocabulary;
  std::vector<SequenceModel> models;  // of each run
};

/// Returns why models of this config cannot be averaged; nothing if they can. `same_vocabulary`:
/// whether all of them know the same tokens.
std::optional<std::string> no_average_reason(const Config& config, bool same_vocabulary);

/// Errors: Artifact if a folder is not a finished run or is damaged; Usage for fewer than 2 runs, a
/// run named twice, a task without an average, or runs that do not fit together; the message says
/// what differs.
Ensemble load_ensemble(const std::vector<std::filesystem::path>& runs);

/// The report of predictions that say how good an ensemble is.
struct EnsembleReport {
  Report report;
  std::string rows;  // what the rows are, for the log
};

/// Returns the report of the averaged predictions of the validation rows if all runs have the same
/// ones. If the runs are all folds of one division, returns that of each row's prediction by the
/// run that held it out as a test row. Returns nothing for other runs, and if their data cannot be
/// read, after a warning.
std::optional<EnsembleReport> report_of_ensemble(const Ensemble& ensemble);

/// Returns the report of the averaged predictions of the test rows. The runs have the same ones.
/// Errors: Usage if they have none; Data if the data changed since or are missing.
Report test_report_of_ensemble(const Ensemble& ensemble);

}  // namespace sequent
