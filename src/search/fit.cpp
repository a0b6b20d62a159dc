#include "search/fit.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>

#include "core/files.h"
#include "core/folder_lock.h"
#include "core/format.h"
#include "core/nearest.h"
#include "search/fit_members.h"
#include "search/fit_report.h"
#include "search/fit_search.h"
#include "sequent/describe.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "tasks/task_definition.h"
#include "train/run_folder.h"
#include "train/short_run.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

/// The folder of the trials, which is removed at the end. A folder that a killed search left behind
/// is replaced.
class TrialsFolder {
 public:
  TrialsFolder(const fs::path& out, bool keep) : path_(out.string() + ".trials"), keep_(keep) {
    check();
    lock_.emplace(path_);
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.path().filename() != FolderLock::kFileName) fs::remove_all(entry.path());
    }
    write_file_whole(path_ / kMark, "");
  }
  TrialsFolder(const TrialsFolder&) = delete;
  TrialsFolder& operator=(const TrialsFolder&) = delete;
  ~TrialsFolder() {
    lock_.reset();
    std::error_code ignored;
    if (!keep_) fs::remove_all(path_, ignored);
  }

  const fs::path& path() const { return path_; }

 private:
  static constexpr const char* kMark = "trials-of-fit";

  /// Nothing but trials is replaced.
  void check() const {
    const bool is_free = !fs::exists(path_) || (fs::is_directory(path_) && fs::is_empty(path_)) ||
                         fs::exists(path_ / kMark);
    if (is_free) return;
    throw Error(ErrorKind::kUsage, path_.string(),
                "exists and does not belong to sequent fit, which keeps its trials there until the "
                "end; move it away, or choose another --out");
  }

  fs::path path_;
  bool keep_;
  std::optional<FolderLock> lock_;
};

/// Returns the metric that chooses among the trials. Errors: Usage if the task has no such metric.
Monitor chosen_metric(const SniffedData& data, const std::optional<std::string>& name) {
  const TaskDefinition& definition = definition_of(data.task);
  if (!name) return definition.default_monitor();
  std::vector<std::string> names;
  for (const Monitor monitor : definition.monitors()) {
    if (enum_name(monitor) == *name) return monitor;
    names.emplace_back(enum_name(monitor));
  }
  throw Error(ErrorKind::kUsage, "--metric",
              "found \"" + *name + "\"; expected " + list_alternatives(names));
}

/// Errors: Usage if the run cannot be written to its folder in the end.
void refuse_existing(const FitOptions& options) {
  TrainOptions run;
  run.out = options.out;
  run.existing = options.overwrite ? ExistingRun::kOverwrite : ExistingRun::kRefuse;
  try {
    const OutputFolder checked(Config{}, run);
  } catch (const Error& error) {
    const bool exists =
        error.kind() == ErrorKind::kUsage && !options.overwrite && fs::exists(options.out);
    if (!exists) throw;
    throw Error(ErrorKind::kUsage, options.out.string(),
                "already exists; choose another --out, or use --overwrite to replace it");
  }
}

/// Returns the config of the chosen trial without limits of time: as many epochs as were best.
Config final_config(const FitTrial& trial, const SniffedData& data) {
  Config config = trial.config();
  config.data.test = data.data.test;
  config.training.epochs = trial.best_epoch();
  config.training.early_stopping->patience = std::max(trial.best_epoch(), std::int64_t{1});
  config.runtime.baseline = true;
  return config;
}

TrainReport train_winner(const Config& config, const FitOptions& options) {
  TrainOptions run;
  run.out = options.out;
  run.existing = options.overwrite ? ExistingRun::kOverwrite : ExistingRun::kRefuse;
  run.command_line = options.command_line;
  return train_short(config, run, {}, ShortRun::kResult);
}

}  // namespace

FitResult fit(const FitOptions& options, const FitHooks& hooks) {
  const auto start = FitSearch::Clock::now();
  if (options.out.empty()) throw Error(ErrorKind::kUsage, "--out", "missing; name a folder");
  refuse_existing(options);
  const auto say = [&hooks](const std::string& line) {
    if (hooks.line) hooks.line(line);
  };
  const SniffedData data = sniff_data(options.data);
  for (const std::string& reason : data.reasons) say(reason);
  const Monitor monitor = chosen_metric(data, options.metric);
  say("chosen by: " + std::string(enum_name(monitor)) + " on validation" +
      (data.is_skewed && monitor == Monitor::kAccuracy
           ? "; the classes are uneven, and --metric macro_f1 weighs them equally"
           : ""));
  const TrialsFolder trials(options.out.lexically_normal(), options.keep_trials);
  FitSearch search(data, options, hooks, monitor, trials.path(), start);
  search.run();
  say("training the chosen model of trial " + std::to_string(search.winner().number()) +
      " again, with " + std::to_string(search.winner().best_epoch()) + " epochs");
  const Config config = final_config(search.winner(), data);
  const TrainReport report = train_winner(config, options);
  FitResult result;
  result.run = options.out;
  result.model = options.out / "model.pt";
  export_run(options.out, result.model, /*overwrite=*/true);  // is left if what follows is killed
  FitMembers members(options, hooks, search, monitor);
  members.train(config, report);
  if (members.is_average()) export_runs(members.runs(), result.model, /*overwrite=*/true);
  write_file_whole(options.out / "fit.json", fit_json(data, search, members, monitor));
  result.summary = fit_summary(search, members, monitor, result, options);
  return result;
}

double parse_seconds(const std::string& text, const std::string& where) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  const std::string unit(stop, end);
  const double factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  constexpr double kMost = 30.0 * 24 * 3600;
  if (code != std::errc{} || factor == 0 || !(number > 0) || number * factor > kMost) {
    throw Error(ErrorKind::kUsage, where,
                "found \"" + text + "\"; expected a time such as 90s, 10m or 1h, at most 30 days");
  }
  return number * factor;
}

}  // namespace sequent
