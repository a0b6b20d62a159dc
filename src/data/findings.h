// Judges the rows of the splits: what makes a model or its metrics worse than they could be.
#pragma once

#include <string>
#include <vector>

#include "data/split_summary.h"
#include "data/splits.h"
#include "sequent/data.h"
#include "tasks/task_definition.h"

namespace sequent {

struct NamedSummary {
  std::string name;
  SplitSummary summary;
};

/// Returns the words for the rows of a config's data.
DataWords data_words(const Config& config);

/// Returns the summaries of training, validation and, if there is one, test.
std::vector<NamedSummary> summarize(const Config& config, const Splits& data);

/// Returns what is wrong or doubtful about the data. The number of findings and the length of each
/// are bounded.
std::vector<DataFinding> find_problems(const Config& config, const Splits& data,
                                       const std::vector<NamedSummary>& splits);

/// Logs the warnings and defects as warnings. Errors: Data if there are defects and `strict` is
/// set.
void report_findings(const std::vector<DataFinding>& findings, bool strict);

}  // namespace sequent
