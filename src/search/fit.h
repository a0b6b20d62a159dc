// sequent fit: from a data file to the best model without a config.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sequent/trainer.h"
#include "sniff/sniff.h"

namespace sequent {

struct FitOptions {
  SniffOptions data;
  std::filesystem::path out;
  double seconds = 600;               // for everything, from the first byte to the archive
  std::optional<std::string> metric;  // default: the task's
  std::int64_t workers = 0;           // 0: one per core
  std::int64_t seed = 1;
  std::optional<std::int64_t> max_trials;
  /// At most so many models of the chosen settings are averaged. Range: 1..kMostMembers.
  static constexpr std::int64_t kMostMembers = 16;
  std::int64_t members = 5;
  bool overwrite = false;  // replace a run in `out`
  bool keep_trials = false;
  std::vector<std::string> command_line;  // for the manifest
};

struct FitHooks {
  /// Receives lines for people: decisions, and one line per trial.
  std::function<void(const std::string&)> line;
  /// True ends the search; the best model so far is then trained and exported.
  std::function<bool()> stop_requested;
};

struct FitResult {
  std::filesystem::path run;
  std::filesystem::path model;
  std::string summary;  // for people
};

/// Infers a config from the data, searches for good settings within the time, trains the best into
/// `options.out` as an ordinary run with `fit.json`, which lists all trials, and exports `model.pt`
/// into that folder. If there is time, runs with other seeds follow in `members`, and `model.pt` is
/// the average of all if it is better on the validation rows than they are in the mean.
///
/// The trials are in `<out>.trials` until the end. The order of the trials is a function of the
/// data, the seed and the results; how many there are depends on the machine.
/// Errors: as sniff_data and train; Usage if `out` exists and may not be replaced, or if the time
/// does not suffice for one epoch of the baseline.
FitResult fit(const FitOptions& options, const FitHooks& hooks);

/// Parses a time such as "90s", "10m" or "1h"; a number alone is in seconds.
/// Errors: Usage, at `where`.
double parse_seconds(const std::string& text, const std::string& where);

}  // namespace sequent
