#include "search/tune.h"

#include <algorithm>
#include <array>
#include <thread>

#include "core/files.h"
#include "core/folder_lock.h"
#include "core/format.h"
#include "core/json_fields.h"
#include "search/tune_report.h"
#include "search/tune_search.h"
#include "sequent/artifact.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kShownTrials = 20;

/// Whether the folder has no file but the lock.
bool holds_only_lock(const fs::path& folder) {
  return std::all_of(fs::directory_iterator(folder), fs::directory_iterator(),
                     [](const fs::directory_entry& entry) {
                       return entry.path().filename() == FolderLock::kFileName;
                     });
}

/// Checks that the search may be written to the folder, and writes the search file there.
void prepare_folder(const TuneFolder& folder, const TuneFile& file, TuneStart start) {
  if (!fs::exists(folder.search())) {
    if (!holds_only_lock(folder.root)) {
      throw Error(ErrorKind::kUsage, folder.root.string(),
                  "contains files that do not belong to a search; choose another --out");
    }
    if (start == TuneStart::kResume) {
      log_info(folder.root.string() + ": found no search to resume; starting a new one");
    }
  } else if (start == TuneStart::kNew) {
    throw Error(ErrorKind::kUsage, folder.root.string(),
                "already contains a search; choose another --out, or use --resume to continue it");
  } else if (identity_of(read_tune_file(folder.search(), {})) != identity_of(file)) {
    throw Error(ErrorKind::kUsage, folder.root.string(),
                "cannot be resumed: the search there is another one than " + file.name +
                    "; only the budget and parallel may change; choose another --out");
  }
  write_file_whole(folder.search(), dump_json(file.document, 2) + "\n");
}

/// Copies a run without its cache; the config's paths keep their meaning.
void copy_run(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    const fs::path name = entry.path().filename();
    if (name == FolderLock::kFileName || name == RunFolder{from}.cache().filename()) continue;
    fs::copy(entry.path(), to / name, fs::copy_options::recursive);
  }
  write_run_text({to}, read_run_text({from}));
}

/// Trains the winner on all training rows. Returns false if it was stopped.
bool train_best(const TrialPlan& plan, const fs::path& out,
                const std::function<bool()>& stop_requested) {
  const fs::path log = plan.folder.root / "work" / "best.log";
  ChildProcess child({plan.program.string(), "train", plan.folder.best_config().string(), "--out",
                      out.string(), "--resume"},
                     log);
  bool stopping = false;
  std::optional<ChildEnd> end;
  while (!(end = child.poll())) {
    if (!stopping && stop_requested && stop_requested()) {
      stopping = true;
      child.request_stop();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
  }
  if (fs::exists(RunFolder{out}.manifest())) return true;
  if (stopping) return false;
  throw Error(ErrorKind::kRuntime, log.string(),
              "training the winner failed; fix the error that this file ends with, and continue "
              "with --resume");
}

/// Makes DIR/best.json and DIR/best. Returns false if it was stopped.
bool make_best(const TrialPlan& plan, const TrialResult& winner,
               const std::function<bool()>& stop_requested) {
  const TuneFolder& folder = plan.folder;
  Config config = plan.space->config(winner.values);
  config.runtime.workers = plan.workers();
  const std::string text = dump_config(move_config(config, folder.root), /*minimal=*/true) + "\n";
  const bool same = fs::exists(folder.best_config()) && read_file(folder.best_config()) == text;
  if (same && fs::exists(RunFolder{folder.best()}.manifest())) return true;
  const fs::path next = folder.root / "best.next";
  if (!same) fs::remove_all(next);
  write_file_whole(folder.best_config(), text);
  if (plan.file->spec.objective.folds) {
    if (!train_best(plan, next, stop_requested)) return false;
  } else {
    fs::remove_all(next);
    copy_run(folder.run(winner.number, 0), next);
  }
  fs::remove_all(folder.best());
  fs::rename(next, folder.best());
  return true;
}

TrialPlan make_plan(const TuneOptions& options, const TuneFile& file, const TuneSpace& space) {
  TrialPlan plan;
  plan.folder.root = fs::absolute(options.out).lexically_normal();
  plan.file = &file;
  plan.space = &space;
  plan.program = options.program;
  if (plan.program == "/proc/self/exe") plan.program = fs::read_symlink(plan.program);
  const ObjectiveSpec& objective = file.spec.objective;
  plan.metric = objective.metric.value_or(std::string(enum_name(space.config({}).best_monitor())));
  plan.direction = objective.direction.value_or(direction_of(plan.metric));
  return plan;
}

Error no_winner(const TuneSearch& search, const TuneFolder& folder) {
  const std::size_t trials = search.results().size();
  return {ErrorKind::kRuntime, folder.root.string(),
          trials == 0 ? "no trial was finished within the budget; continue with --resume and a "
                        "larger one"
                      : "none of the " + std::to_string(trials) +
                            " trials gave a model that satisfies the constraints; continue with "
                            "--resume and a larger budget, or relax the constraints in a new "
                            "search"};
}

TuneOutcome lead(const TrialPlan& plan, const std::function<bool()>& stop_requested) {
  TuneSearch search(plan, stop_requested, /*leads=*/true);
  TuneOutcome outcome;
  const bool complete = search.run();
  outcome.trials = static_cast<std::int64_t>(search.results().size());
  if (!complete) return outcome;
  if (search.trained() == 0) {
    log_info(
        "the search was already finished; a larger budget continues it, such as --set "
        "budget.trials=" +
        std::to_string(2 * outcome.trials));
  }
  const std::optional<std::size_t> best = best_trial(search.results(), plan.direction);
  if (!best) throw no_winner(search, plan.folder);
  if (!make_best(plan, search.results()[*best], stop_requested)) return outcome;
  const TuneSummary summary{"Search of " + plan.file->name, plan.metric, plan.direction,
                            plan.space->dimensions(), search.results()};
  write_file_whole(plan.folder.report(), render_tune_page(summary));
  outcome.leaderboard = report_to_text(leaderboard(summary, kShownTrials));
  outcome.finished = true;
  return outcome;
}

}  // namespace

TuneOutcome tune(const TuneOptions& options, const std::function<bool()>& stop_requested) {
  const TuneFolder folder{options.out};
  if (options.start == TuneStart::kJoin) {
    if (!fs::exists(folder.search())) {
      throw Error(ErrorKind::kUsage, folder.root.string(),
                  "has no search to join; start one with sequent tune SEARCH.json --out");
    }
    const TuneFile file = read_tune_file(folder.search(), {});
    const TuneSpace space(file);
    TuneSearch search(make_plan(options, file, space), stop_requested, /*leads=*/false);
    const bool complete = search.run();
    return {complete, search.trained(), ""};
  }
  if (fs::exists(folder.root) && !fs::is_directory(folder.root)) {
    throw Error(ErrorKind::kUsage, folder.root.string(), "is a file; --out expects a folder");
  }
  const TuneFile file = read_tune_file(options.search, options.overrides);
  const TuneSpace space(file);
  const FolderLock lock(folder.root);
  prepare_folder(folder, file, options.start);
  return lead(make_plan(options, file, space), stop_requested);
}

}  // namespace sequent
