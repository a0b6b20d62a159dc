// `sequent tune`: searches for the options of a config that give the best model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sequent/config.h"

namespace sequent {

enum class TuneStart {
  kNew,
  kResume,  // continue the search in `out`
  kJoin     // train trials of a search that another process leads
};

struct TuneOptions {
  std::filesystem::path search;     // the search file; not for kJoin
  std::vector<Override> overrides;  // of the search file; not for kJoin
  std::filesystem::path out;
  TuneStart start = TuneStart::kNew;
  std::filesystem::path program = "/proc/self/exe";  // `sequent`, which trains the trials
};

struct TuneOutcome {
  bool finished = false;  // false: stopped by stop_requested; can be resumed
  std::int64_t trials = 0;
  std::string leaderboard;  // a table for a terminal; empty for kJoin
};

/// Searches, trains the winner into `out`/best and writes `out`/report.html.
///
/// Trials are suggested in generations of a fixed size: each suggestion depends on the seed, the
/// number of the trial, the results of earlier generations and the suggestions before it in its own
/// generation, so that neither the number of trials that train at the same time nor an
/// interruption changes the trials.
///
/// Errors: Usage if `out` has a search and none is to be resumed, or has another one; Config, with
/// all errors of the space at once; Data, Config or Runtime if all trials of the first generation
/// fail; Runtime if another process leads the search.
TuneOutcome tune(const TuneOptions& options, const std::function<bool()>& stop_requested);

}  // namespace sequent
