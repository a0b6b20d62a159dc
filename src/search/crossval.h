// Trains a config several times, on different folds or with different seeds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sequent/config.h"
#include "sequent/trainer.h"

namespace sequent {

struct CrossvalOptions {
  static constexpr const char* kEnsembleName = "model.pt";  // in the folder `out`
  std::filesystem::path out;
  std::int64_t folds = 5;       // at least 2
  std::int64_t repeats = 1;     // each with another division into folds; at least 1
  std::int64_t seeds = 0;       // above 0: train with this many seeds on the config's own split
  std::optional<Column> group;  // see HeldOut::group
  bool resume = false;          // keep finished runs, and continue an interrupted one
  bool ensemble = false;        // export the average of all runs as model.pt
  std::vector<std::string> command_line;  // for the manifests
};

struct CrossvalHooks {
  /// Called before each run, which trains with the returned hooks.
  std::function<Hooks(const std::string& name, const Config& config)> start;
  /// Called after each run. `is_kept`: it was finished before.
  std::function<void(const std::string& name, const Report& report, bool is_kept)> finished;
};

/// The result, which is also in the output folder as crossval.json and report.html.
struct CrossvalReport {
  bool finished = false;  // false: stopped by Hooks::stop_requested; can be resumed
  Report report;
  std::optional<ArchiveMetadata> ensemble{};  // of the archive, if it was requested
};

/// Trains one run for each fold and repetition, in the folders `fold-1`, ... (`repeat-1-fold-1`,
/// ...) of options.out. A fold is the test part of its run; the epoch is chosen on the config's
/// validation data, a share of the other rows or a file, so that the fold has no part in it. Or, if
/// options.seeds is set, trains the config with the seeds that follow its own, in `seed-1`, ... The
/// report has each metric's mean, deviation and 95 % interval. Predictions for the rows of all
/// folds are written to predictions.jsonl, with the number of the row in the training file, from 0,
/// and its location. With options.ensemble, the runs are also exported as one archive, model.pt
/// (see export_runs). Errors: those of train() and export_runs(); Usage for an option out of range,
/// if the folder exists and resume is not set, or if the runs cannot be averaged (before training).
CrossvalReport crossval(const Config& config, const CrossvalOptions& options,
                        const CrossvalHooks& hooks = {});

}  // namespace sequent
