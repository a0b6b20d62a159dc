#include "train/run_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <vector>

#include "core/files.h"
#include "core/temporary_file.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

/// Marks the folder of a run that replaces another one, until the replaced run has been removed.
constexpr const char* kMark = "replaces";

/// Returns the path without a slash at its end.
fs::path folder_path(const fs::path& out) {
  const fs::path path = out.lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

fs::path next_path(const fs::path& out) {
  std::error_code ignored;
  const fs::path place = fs::weakly_canonical(fs::absolute(out), ignored);
  return place.string() + ".next";
}

/// Files that exist only while a process uses the folder.
bool is_transient(const fs::path& entry) {
  const std::string name = entry.filename().string();
  return name == FolderLock::kFileName || name == kMark || is_temporary_name(name);
}

/// Whether a folder holds nothing but folders with numbers as names, as members_folder does.
bool holds_members(const fs::path& root) {
  if (!fs::is_directory(root)) return false;
  for (const auto& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.find_first_not_of("0123456789") != name.npos) return false;
  }
  return true;
}

/// Whether a file or folder belongs to the run in `folder`, except for the cache.
bool is_of_run(const RunFolder& folder, const fs::path& entry) {
  const std::vector<fs::path> known = folder.entries();
  if (entry == members_folder(folder)) return holds_members(entry);
  return is_transient(entry) || entry == diverged_batch_file(folder) ||
         std::find(known.begin(), known.end(), entry) != known.end();
}

/// Returns whether a folder is missing or empty, except perhaps for the cache of a run that never
/// started.
bool holds_no_run(const fs::path& root) {
  if (!fs::exists(root)) return true;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.path().filename() != "cache" && !is_transient(entry.path())) return false;
  }
  return true;
}

/// Prevents `--overwrite` from removing files that do not belong to a run.
void check_only_run_files(const RunFolder& folder) {
  const fs::path& root = folder.root;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (is_of_run(folder, entry.path()) || entry.path() == folder.cache()) continue;
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
  LearnedData::of(before).fill(comparable);
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

void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code) fail_write(to, code.value());
}

/// Returns the path after checking that it can be a run folder.
fs::path checked_path(const fs::path& out) {
  if (out.empty()) throw Error(ErrorKind::kUsage, "--out", "missing; name a folder");
  fs::path path = folder_path(out);
  if (fs::exists(path) && !fs::is_directory(path)) {
    throw Error(ErrorKind::kUsage, path.string(), "is a file; --out expects a folder");
  }
  return path;
}

}  // namespace

fs::path diverged_batch_file(const RunFolder& folder) { return folder.root / "diverged.jsonl"; }

fs::path members_folder(const RunFolder& folder) { return folder.root / "members"; }

OutputFolder::OutputFolder(const Config& config, const TrainOptions& options)
    : out_{checked_path(options.out)}, lock_(out_.root), next_{next_path(out_.root)}, run_(out_) {
  remove_stale_temporary_files(out_.root);
  recover();
  if (options.existing == ExistingRun::kResume && fs::exists(next_.root / kMark)) {
    next_lock_.emplace(next_.root);
    remove_stale_temporary_files(next_.root);
    run_ = next_;
    log_info(out_.root.string() + ": continuing the run that replaces this one; it is in " +
             next_.root.string());
  }
  check(config, options.existing);
  if (options.existing == ExistingRun::kOverwrite) start_replacement();
}

OutputFolder::~OutputFolder() {
  std::error_code ignored;  // a run that never started leaves nothing behind
  if (next_lock_ && run_.root == next_.root && holds_no_run(next_.root)) {
    fs::remove(next_.root / kMark, ignored);
  }
}

void OutputFolder::check(const Config& config, ExistingRun existing) const {
  if (holds_no_run(run_.root)) return;
  switch (existing) {
    case ExistingRun::kRefuse: {
      const bool finished = fs::exists(run_.manifest());
      throw Error(
          ErrorKind::kUsage, run_.root.string(),
          std::string("already contains ") +
              (finished ? "a finished run" : "an unfinished run or other files") +
              "; choose another --out, or use --resume to continue or --overwrite to replace it");
    }
    case ExistingRun::kResume:
      if (fs::exists(run_.config())) check_same_config(config, run_);
      break;
    case ExistingRun::kOverwrite:
      check_only_run_files(run_);
      break;
  }
}

/// Completes a replacement that was interrupted.
void OutputFolder::recover() {
  if (fs::exists(out_.root / kMark)) {  // the folders were exchanged
    clean_up_replaced();
  } else if (fs::exists(next_.root / kMark) && fs::exists(next_.manifest())) {
    next_lock_.emplace(next_.root);
    publish();
  }
}

/// Whether the folder can be renamed: a mount point cannot, and the folder above it must be
/// writable.
bool OutputFolder::can_replace() const {
  const fs::path above = next_.root.parent_path();
  struct stat own {};
  struct stat parent {};
  bool mounted = ::stat(out_.root.c_str(), &own) != 0 || ::stat(above.c_str(), &parent) != 0 ||
                 own.st_dev != parent.st_dev;
#ifdef STATX_ATTR_MOUNT_ROOT  // also finds a mounted folder of the same file system
  struct statx details {};
  if (::statx(AT_FDCWD, out_.root.c_str(), 0, STATX_TYPE, &details) == 0) {
    mounted = mounted || (details.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  }
#endif
  return !mounted && ::access(above.c_str(), W_OK | X_OK) == 0;
}

void OutputFolder::start_replacement() {
  if (fs::exists(next_.root)) {
    if (!fs::exists(next_.root / kMark) && !holds_no_run(next_.root)) {
      throw Error(ErrorKind::kUsage, next_.root.string(),
                  "exists; --overwrite writes the new run to this folder before it replaces the "
                  "old one; move it away, or choose another --out");
    }
    fs::remove_all(next_.root);
  }
  if (holds_no_run(out_.root)) return;
  if (!can_replace()) {
    log_warning(out_.root.string() +
                ": the folder cannot be renamed, so that the old run is removed before the new one "
                "starts");
    return;
  }
  next_lock_.emplace(next_.root);
  write_file_whole(next_.root / kMark, out_.root.string() + "\n");
  run_ = next_;
}

void OutputFolder::clear() const {
  for (const fs::path& path : run_.entries()) fs::remove_all(path);
  fs::remove(diverged_batch_file(run_));
  if (is_of_run(run_, members_folder(run_))) fs::remove_all(members_folder(run_));
}

/// Exchanges the two folders, atomically where the file system can.
void OutputFolder::exchange() const {
  const fs::path out = fs::canonical(out_.root);
#ifdef RENAME_EXCHANGE
  if (::renameat2(AT_FDCWD, next_.root.c_str(), AT_FDCWD, out.c_str(), RENAME_EXCHANGE) == 0) {
    return sync_folder(out.parent_path());
  }
  if (errno != EINVAL && errno != ENOSYS) {
    throw Error(ErrorKind::kRuntime, out_.root.string(),
                std::string("cannot be replaced: ") + std::strerror(errno) +
                    "; the new run is complete and is in " + next_.root.string());
  }
#endif
  const fs::path old = out.string() + ".old";
  rename_folder(out, old);
  rename_folder(next_.root, out);
  rename_folder(old, next_.root);
  sync_folder(out.parent_path());
}

void OutputFolder::publish() {
  if (!fs::exists(next_.root / kMark)) return;
  exchange();
  lock_.moved_to(next_.root);
  if (next_lock_) next_lock_->moved_to(out_.root);
  run_ = out_;
  clean_up_replaced();
}

/// Removes the replaced run. Files that are not the run's move to the new folder.
void OutputFolder::clean_up_replaced() const {
  if (fs::exists(next_.root)) {
    std::vector<fs::path> kept;
    for (const auto& entry : fs::directory_iterator(next_.root)) {
      if (!is_of_run(next_, entry.path())) kept.push_back(entry.path());
    }
    for (const fs::path& entry : kept) {
      const fs::path to = out_.root / entry.filename();
      std::error_code code;
      if (!fs::exists(to)) fs::rename(entry, to, code);
      if (!code) continue;
      log_warning(entry.string() + ": cannot be moved to " + to.string() + ": " + code.message() +
                  "; the next start tries again");
      return;
    }
    fs::remove_all(next_.root);
  }
  fs::remove(out_.root / kMark);
  sync_folder(out_.root);
}

}  // namespace sequent
