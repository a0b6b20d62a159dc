// Trains one trial in child processes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/folder_lock.h"
#include "search/child_process.h"
#include "search/tune_folder.h"
#include "search/tune_space.h"

namespace sequent {

/// What the trials of a search have in common.
struct TrialPlan {
  TuneFolder folder;
  const TuneFile* file = nullptr;
  const TuneSpace* space = nullptr;
  std::filesystem::path program;  // `sequent`
  std::string metric;
  Direction direction = Direction::kMaximize;

  /// The number of runs of a trial: of seeds or folds.
  std::int64_t runs() const {
    return file->spec.objective.folds.value_or(file->spec.objective.seeds);
  }

  /// The config of run `index` with these values. Errors: Config.
  Config run_config(const TuneValues& values, std::int64_t index) const;

  /// The number of threads of each run. It does not depend on `parallel`, because another number
  /// changes the rounding.
  std::int64_t workers() const;
};

/// The life of a trial:
///  1. The constructor locks its work folder.
///  2. Each run (seed or fold) is an ordinary `sequent train` in a child process. One that was
///     interrupted continues from its checkpoint.
///  3. After the epochs that successive halving defines, the first run may be stopped.
///  4. The result is written to the work folder.
class TrialRun {
 public:
  /// `earlier` are the results that decide whether the trial is stopped early: those of earlier
  /// generations.
  /// Errors: Runtime if another process trains this trial.
  TrialRun(const TrialPlan& plan, std::int64_t number, TuneValues values,
           const std::vector<TrialResult>& earlier);

  /// Returns the result once the trial is finished, and starts what comes next otherwise. Does not
  /// wait. Errors: Config if the objective is not a metric of the task.
  std::optional<TrialResult> poll();

  /// Stops the training after a checkpoint. Afterwards, poll() until is_stopped().
  void request_stop();
  bool is_stopped() const { return stop_requested_ && !child_; }

  std::int64_t number() const { return result_.number; }

 private:
  void start();
  void read_epochs();
  bool falls_behind();
  std::optional<TrialResult> finish_run();
  std::optional<TrialResult> finish(TrialState state, std::string reason);
  void check_constraints();
  void add_violation(const std::string& violation);
  std::string reason_of(const ChildEnd& end) const;

  const TrialPlan& plan_;
  const std::vector<TrialResult>& earlier_;
  FolderLock lock_;
  TrialResult result_;
  std::int64_t run_ = 0;
  std::unique_ptr<ChildProcess> child_;
  bool stop_requested_ = false;
};

}  // namespace sequent
