// Compares a trained model with a simple one.
#pragma once

#include <string>
#include <vector>

#include "sequent/report.h"
#include "sequent/trainer.h"
#include "tasks/training_task.h"

namespace sequent {

/// Logs the comparison, as a sentence and as a warning if the model is not better, and returns it
/// for the report page: the metrics of both models that have the same names.
std::vector<ReportSection> compare_with_baseline(const BaselineReports& baseline,
                                                 const TrainReport& report);

/// The sentence. `rows`: the number of rows that the shares are of.
std::string baseline_sentence(const std::string& name, double model, double baseline, double rows);

}  // namespace sequent
