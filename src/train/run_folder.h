// The folder of `--out`: checked, locked, and replaced only by a complete run.
#pragma once

#include <filesystem>
#include <optional>

#include "core/folder_lock.h"
#include "sequent/trainer.h"

namespace sequent {

/// The life of an output folder:
///  1. The constructor locks it, completes a replacement that was interrupted, and checks that a
///     run may be written.
///  2. The run is written to `run()`. That is the output folder itself or, if --overwrite replaces
///     a run, a folder next to it (`<out>.next`), so that the old run stays readable.
///  3. `publish` exchanges the two folders, keeps the files of the old folder that are not the
///     run's (exported models, the cache) and removes the rest.
///  4. The destructor unlocks it.
class OutputFolder {
 public:
  /// Changes nothing but the lock, an interrupted replacement and, with --overwrite, the folder
  /// next to it.
  /// Errors: Runtime if another process trains into the folder. Usage if it exists and neither
  /// resume nor overwrite is requested, if it contains files that do not belong to a run, or if a
  /// run to resume has another config.
  OutputFolder(const Config& config, const TrainOptions& options);
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;
  ~OutputFolder();

  /// The folder to write to.
  const RunFolder& run() const { return run_; }

  /// The cache, which both folders share.
  std::filesystem::path cache() const { return out_.cache(); }

  /// Removes the files of an earlier run, or an earlier start of this one, except the cache.
  void clear() const;

  /// Moves the complete run to the output folder. Errors: Runtime; the old run is then unchanged.
  void publish();

 private:
  void recover();
  void exchange() const;
  void clean_up_replaced() const;
  void check(const Config& config, ExistingRun existing) const;
  void start_replacement();
  bool can_replace() const;

  RunFolder out_;
  FolderLock lock_;
  RunFolder next_;
  std::optional<FolderLock> next_lock_;
  RunFolder run_;
};

/// The file to which the batch is written whose loss is not finite.
std::filesystem::path diverged_batch_file(const RunFolder& folder);

/// The folder of further runs with the same settings and other seeds, named by their numbers, whose
/// average with this one sequent fit exports.
std::filesystem::path members_folder(const RunFolder& folder);

}  // namespace sequent
