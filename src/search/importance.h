// How much each option of a search matters.
#pragma once

#include <string>
#include <vector>

#include "search/tune_trial.h"

namespace sequent {

struct OptionImportance {
  std::string path;
  double share = 0;  // of 1
};

/// Returns the importance of each option for reaching the best tenth of the complete trials, the
/// most important first; empty if fewer than 10 trials are complete.
///
/// Source: PED-ANOVA (Watanabe, Bansal and Hutter 2023): the Pearson divergence between the density
/// of the best trials and that of all trials, for each option on its own.
std::vector<OptionImportance> importances(const std::vector<TrialResult>& results,
                                          const std::vector<Dimension>& dimensions,
                                          Direction direction);

}  // namespace sequent
