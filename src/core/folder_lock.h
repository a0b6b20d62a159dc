// A lock on a folder that only one process writes to.
#pragma once

#include <filesystem>
#include <string>

namespace sequent {

/// Holds an advisory lock on the file `lock` in a folder. The kernel releases it when the process
/// ends, however it ends, so that a killed process blocks nobody.
class FolderLock {
 public:
  static constexpr const char* kFileName = "lock";

  /// Creates the folder if it is missing. Errors: Runtime if another process holds the lock (the
  /// message names it) or the folder cannot be written.
  explicit FolderLock(std::filesystem::path folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Removes the lock file, and the folder if the constructor created it and it is still empty.
  ~FolderLock();

  /// Must be called when the locked folder has been renamed.
  void moved_to(const std::filesystem::path& folder) { folder_ = folder; }

 private:
  bool try_lock();

  std::filesystem::path folder_;
  int descriptor_ = -1;
  bool created_folder_ = false;
};

}  // namespace sequent
