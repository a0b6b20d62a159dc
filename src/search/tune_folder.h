// The folder of a search.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/tune_trial.h"

namespace sequent {

/// DIR/search.json    the search, self-contained
/// DIR/trials.jsonl   the results, one line per trial in the order of their numbers
/// DIR/trials/0007/   run folder of trial 7; 0007-2 is that of its second seed or fold
/// DIR/work/0007/     its configs, log, lock and result
/// DIR/best.json, DIR/best/, DIR/report.html
struct TuneFolder {
  std::filesystem::path root;

  std::filesystem::path search() const { return root / "search.json"; }
  std::filesystem::path results() const { return root / "trials.jsonl"; }
  std::filesystem::path best_config() const { return root / "best.json"; }
  std::filesystem::path best() const { return root / "best"; }
  std::filesystem::path report() const { return root / "report.html"; }
  std::filesystem::path spent() const { return root / "work" / "seconds"; }
  std::filesystem::path work(std::int64_t trial) const;
  std::filesystem::path result(std::int64_t trial) const { return work(trial) / "result.json"; }
  std::filesystem::path log(std::int64_t trial) const { return work(trial) / "log.txt"; }
  /// Of run `index` of a trial, from 0.
  std::filesystem::path run(std::int64_t trial, std::int64_t index) const;
  std::filesystem::path run_config(std::int64_t trial, std::int64_t index) const;

  /// Returns the result of a trial; nothing if it is not finished. Errors: Artifact.
  std::optional<TrialResult> read_result(std::int64_t trial) const;

  /// Returns the seconds that earlier starts of the search took.
  double read_spent() const;
};

}  // namespace sequent
