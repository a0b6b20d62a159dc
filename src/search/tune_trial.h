// The result of one trial, as trials.jsonl holds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/tune_sampler.h"
#include "search/tune_space.h"

namespace sequent {

enum class TrialState { kComplete, kStopped, kInfeasible, kFailed };
template <>
struct EnumNames<TrialState> {
  static constexpr std::array<std::string_view, 4> values{"complete", "stopped", "infeasible",
                                                          "failed"};
};

struct TrialResult {
  std::int64_t number = 0;  // from 0
  TrialState state = TrialState::kFailed;
  std::optional<double> objective;
  TuneValues values;
  std::vector<std::optional<double>> epochs;  // the objective after each epoch of the first run
  std::vector<double> runs;                   // the objective of each finished run
  std::int64_t tokens = 0;                    // that were trained on, in all runs
  std::optional<std::int64_t> parameters;
  std::optional<double> archive_megabytes;  // measured only if it is constrained
  std::optional<double> latency_ms;         // likewise
  std::string reason;                       // of a state other than complete
  double seconds = 0;                       // of training, in all runs
  int exit_code = 0;                        // of a training that failed; not part of the line
};

/// Returns the line of a trial. All values but `seconds`, which is the last one, and `latency_ms`
/// are determined by the search file and the data.
std::string trial_line(const TrialResult& result);

/// Errors: Artifact, at `where`, if the text is not such a line.
TrialResult trial_from_line(const std::string& line, const std::string& where);

/// Returns the best value of the first `count` epochs; nothing if there are fewer epochs or one has
/// no value.
std::optional<double> best_of_epochs(const TrialResult& result, std::int64_t count,
                                     Direction direction);

/// Whether a trial that has this best value after `epochs` epochs is stopped: it is not in the best
/// 1/reduction, rounded up, of itself and the earlier trials that came as far.
bool is_stopped_at(double value, std::int64_t epochs, const std::vector<TrialResult>& earlier,
                   const HalvingSpec& halving, Direction direction);

/// What a sampler learns from a result.
TuneObservation observation_of(const TrialResult& result, Direction direction);

/// Returns the index of the best complete trial; nothing if no trial is complete. Of equal ones,
/// the first is the best.
std::optional<std::size_t> best_trial(const std::vector<TrialResult>& results, Direction direction);

}  // namespace sequent
