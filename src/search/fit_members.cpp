#include "search/fit_members.h"

#include <cmath>
#include <new>
#include <numeric>
#include <string>

#include "core/format.h"
#include "core/quiet_log.h"
#include "sequent/describe.h"
#include "sequent/error.h"
#include "train/ensemble.h"
#include "train/run_folder.h"
#include "train/short_run.h"

namespace sequent {
namespace fs = std::filesystem;

FitMembers::FitMembers(const FitOptions& options, const FitHooks& hooks, const FitSearch& search,
                       Monitor monitor)
    : options_(options), hooks_(hooks), search_(search), monitor_(monitor) {}

fs::path FitMembers::folder_of(std::int64_t number) const {
  return members_folder(RunFolder{options_.out}) / std::to_string(number);
}

bool FitMembers::may_train() const {
  if (search_.was_stopped() || (hooks_.stop_requested && hooks_.stop_requested())) return false;
  const double seconds = search_.winner().seconds_to_best();
  return size() < search_.planned_members(seconds) && search_.has_time_to_train(seconds);
}

void FitMembers::train(const Config& config, const TrainReport& first) {
  first_ = first;
  runs_ = {options_.out};
  scores_ = {fit_score(first.validation, monitor_)};
  Config member = config;
  member.runtime.baseline = false;
  while (may_train()) {
    ++member.training.seed;
    if (!train_one(member, folder_of(size() + 1))) break;
  }
  if (size() > 1) measure();
}

/// Returns false, and leaves no folder, if the training failed or was stopped.
bool FitMembers::train_one(const Config& config, const fs::path& folder) {
  TrainOptions run;
  run.out = folder;
  run.command_line = options_.command_line;
  Hooks hooks;
  hooks.stop_requested = hooks_.stop_requested;
  const QuietLog quiet;
  try {
    const TrainReport report = train_short(config, run, hooks, ShortRun::kResult);
    if (report.finished) {
      runs_.push_back(folder);
      scores_.push_back(fit_score(report.validation, monitor_));
      return true;
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNumeric && error.kind() != ErrorKind::kRuntime) throw;
  } catch (const std::bad_alloc&) {  // the models so far are the result
  }
  fs::remove_all(folder);
  return false;
}

void FitMembers::measure() {
  const Ensemble ensemble = load_ensemble(runs_);
  const std::optional<EnsembleReport> found = report_of_ensemble(ensemble);
  if (!found) return;
  // The first seed was chosen because it was good on these rows, so that its own score flatters it:
  // on new rows, a model is as good as the mean.
  const double alone = std::reduce(scores_.begin(), scores_.end()) / static_cast<double>(size());
  const double together = fit_score(found->report, monitor_);
  const FitTrial& baseline = *search_.trials().front();
  const bool is_better =
      together > alone && (!baseline.has_score() || together >= baseline.score());
  if (hooks_.line) {
    hooks_.line("average of " + std::to_string(size()) + " models: " +
                std::string(enum_name(monitor_)) + ' ' + format_metric(std::abs(together)) +
                " on validation, one model: " + format_metric(std::abs(alone)) + " in the mean" +
                (is_better ? "; the average is exported" : "; one model is exported"));
  }
  if (!is_better) return;
  average_ = found->report;
  if (first_.test) average_test_ = test_report_of_ensemble(ensemble);
}

}  // namespace sequent
