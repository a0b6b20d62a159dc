// The leaderboard of a search and its page.
#pragma once

#include <string>
#include <vector>

#include "search/tune_trial.h"
#include "sequent/report.h"

namespace sequent {

struct TuneSummary {
  std::string title;
  std::string metric;
  Direction direction = Direction::kMaximize;
  std::vector<Dimension> dimensions;
  std::vector<TrialResult> results;
};

/// Returns a short name of each dimension: the last two keys of its path, or the whole path if
/// another dimension has the same ones.
std::vector<std::string> short_titles(const std::vector<Dimension>& dimensions);

/// Returns the counts of the trials and the best `limit` of them, the best first.
Report leaderboard(const TuneSummary& summary, std::size_t limit);

/// Returns a self-contained HTML page without scripts: the leaderboard, the history, parallel
/// coordinates and the importance of the options.
std::string render_tune_page(const TuneSummary& summary);

}  // namespace sequent
