#include "search/fit_trial.h"

#include <chrono>
#include <cstddef>
#include <new>
#include <system_error>
#include <utility>

#include "core/files.h"
#include "core/quiet_log.h"
#include "sequent/describe.h"
#include "sequent/error.h"
#include "sequent/trainer.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

using FitClock = std::chrono::steady_clock;

double fit_seconds_since(FitClock::time_point start) {
  return std::chrono::duration<double>(FitClock::now() - start).count();
}

std::string trial_folder_name(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

/// Lets all trials with the same input read it from one cache.
void share_cache(const fs::path& trials, const fs::path& folder, const Config& config) {
  Config key;
  key.input = config.input;
  const fs::path cache = trials / ("cache-" + checksum(dump_config(key)));
  fs::create_directories(cache);
  fs::create_directories(folder);
  std::error_code ignored;  // without the link, the trial has a cache of its own
  fs::create_directory_symlink(fs::absolute(cache), folder / "cache", ignored);
}

}  // namespace

double fit_score(const Report& report, Monitor monitor) {
  const double value = report.value(enum_name(monitor)).value_or(0);
  const bool falls = monitor == Monitor::kLoss || monitor == Monitor::kMeanAbsoluteError;
  return falls ? -value : value;
}

FitTrial::FitTrial(std::int64_t number, FitRecipe recipe, Config config, Monitor monitor,
                   const fs::path& trials, ShortRun kind)
    : number_(number),
      recipe_(std::move(recipe)),
      config_(std::move(config)),
      monitor_(monitor),
      kind_(kind),
      folder_(trials / trial_folder_name(number)) {
  share_cache(trials, folder_, config_);
}

void FitTrial::add_epoch(const Report& report) {
  epochs_.push_back({fit_score(report, monitor_), report.value("loss").value_or(0), seconds_});
  const FitEpoch& last = epochs_.back();
  // As BestTracker: ties are decided by the smaller loss.
  const bool is_best = best_epoch_ == 0 || last.score > best().score ||
                       (last.score == best().score && last.loss < best().loss);
  if (is_best) best_epoch_ = static_cast<std::int64_t>(epochs_.size());
}

/// Whether a slice ends now. Just before the end of an epoch, it may take somewhat longer, so that
/// the epoch is not wasted if the trial does not continue.
bool FitTrial::slice_ends(double seconds, double elapsed, double epoch_share) const {
  if (elapsed < seconds) return false;
  const double patience = epochs_.empty() ? 2.5 : 1.2;
  return elapsed >= patience * seconds || epoch_share < 0.5;
}

void FitTrial::advance(double seconds, const Stop& stop) {
  const QuietLog quiet;
  const auto start = FitClock::now();
  const double before = seconds_;
  TrainOptions options;
  options.out = folder_;
  options.existing = has_started_ ? ExistingRun::kResume : ExistingRun::kRefuse;
  Hooks hooks;
  double epoch_share = 0;
  hooks.progress = [&](const Progress& progress) {
    seconds_ = before + fit_seconds_since(start);
    epoch_share = static_cast<double>(progress.epoch_step) /
                  static_cast<double>(std::max<std::int64_t>(1, progress.epoch_steps));
    if (progress.validation) {
      add_epoch(*progress.validation);
      epoch_share = 0;
    }
  };
  hooks.stop_requested = [&] {
    return slice_ends(seconds, fit_seconds_since(start), epoch_share) || stop(*this);
  };
  try {
    is_done_ = train_short(config_, options, hooks, kind_).finished;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNumeric && error.kind() != ErrorKind::kRuntime) throw;
    fault_ = error.what();
  } catch (const std::bad_alloc&) {
    fault_ = "there is too little memory";
  }
  has_started_ = true;
  is_done_ = is_done_ || !fault_.empty();
  seconds_ = before + fit_seconds_since(start);
}

void FitTrial::remove() const {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace sequent
