#include "train/run_folder.h"

#include <algorithm>
#include <vector>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

bool belongs_to_run(const RunFolder& folder, const fs::path& entry) {
  const std::vector<fs::path> known = folder.entries();
  if (entry == folder.cache() || std::find(known.begin(), known.end(), entry) != known.end()) {
    return true;
  }
  // A temporary file of an interrupted write.
  return entry.filename().string().find(".tmp") != std::string::npos;
}

/// Returns whether a folder is empty, except perhaps for the cache of a run that never started.
bool holds_no_run(const fs::path& root) {
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.path().filename() != "cache") return false;
  }
  return true;
}

/// Prevents `--overwrite` from removing files that do not belong to a run.
void check_only_run_files(const RunFolder& folder) {
  const fs::path& root = folder.root;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (belongs_to_run(folder, entry.path())) continue;
    // Archives are often exported to the run folder.
    if (entry.path().extension() == ".pt" && entry.is_regular_file()) continue;
    if (fs::exists(root / "config.json") && entry.is_regular_file()) continue;
    throw Error(ErrorKind::kUsage, root.string(),
                "contains " + entry.path().filename().string() +
                    ", which does not belong to a run; --overwrite replaces only runs; choose "
                    "another --out");
  }
}

void check_same_config(const Config& config, const RunFolder& folder) {
  const Config before = read_run_text(folder).config;
  Config comparable = config;
  LearnedData::of(before.data).fill(comparable.data);
  const bool endless = std::holds_alternative<ConstantSchedule>(config.training.schedule) ||
                       std::holds_alternative<ReduceOnPlateau>(config.training.schedule);
  if (endless) {  // the schedule does not depend on the limits
    comparable.training.epochs = before.training.epochs;
    comparable.training.max_steps = before.training.max_steps;
    comparable.training.max_seconds = before.training.max_seconds;
  }
  const std::vector<std::string> differences = config_differences(before, comparable);
  if (differences.empty()) return;
  std::vector<Issue> issues;
  issues.reserve(differences.size());
  for (const std::string& difference : differences) {
    issues.push_back({folder.root.string(),
                      "cannot be resumed: the run's config and this one differ at " + difference +
                          "; resume with the run's own config, or choose another --out"});
  }
  throw Error(ErrorKind::kUsage, issues);
}

}  // namespace

RunFolder check_run_folder(const Config& config, const TrainOptions& options) {
  if (options.out.empty()) throw Error(ErrorKind::kUsage, "--out", "missing; name a folder");
  const RunFolder folder{options.out};
  if (!fs::exists(folder.root)) return folder;
  if (!fs::is_directory(folder.root)) {
    throw Error(ErrorKind::kUsage, folder.root.string(), "is a file; --out expects a folder");
  }
  if (holds_no_run(folder.root)) return folder;
  switch (options.existing) {
    case ExistingRun::kRefuse: {
      const bool finished = fs::exists(folder.manifest());
      throw Error(
          ErrorKind::kUsage, folder.root.string(),
          std::string("already contains ") +
              (finished ? "a finished run" : "an unfinished run or other files") +
              "; choose another --out, or use --resume to continue or --overwrite to replace it");
    }
    case ExistingRun::kResume:
      if (fs::exists(folder.config())) check_same_config(config, folder);
      break;
    case ExistingRun::kOverwrite:
      check_only_run_files(folder);
      break;
  }
  return folder;
}

void clear_run_folder(const RunFolder& folder) {
  for (const fs::path& path : folder.entries()) fs::remove_all(path);
}

}  // namespace sequent
