// A table of all runs in a folder.
#pragma once

#include <filesystem>
#include <string>

#include "sequent/report.h"

namespace sequent {

/// Returns a table of the runs below `folder`, finished or not: path, state, the options that
/// differ among them, best epoch, seconds of training, the accuracy of the baseline, and the task's
/// metrics on validation and test. `sort_by` is a metric of the validation reports, such as
/// "macro_f1"; empty: the first metric of the task. The best run is the first; runs without the
/// metric are the last. A run that cannot be read has the reason as its state. Errors: Usage if the
/// folder is missing, has no run, or no run has the metric.
Report table_of_runs(const std::filesystem::path& folder, const std::string& sort_by);

}  // namespace sequent
