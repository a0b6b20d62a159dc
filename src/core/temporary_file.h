// A temporary file that replaces another file when it is complete.
#pragma once

#include <filesystem>
#include <string>

namespace sequent {

/// Throws the Runtime error of a file that cannot be written; `code` is an errno. A full disk has a
/// cure in the message.
[[noreturn]] void fail_write(const std::filesystem::path& path, int code);

/// Returns the file that a path refers to: symbolic links are followed, also to a file that does
/// not exist yet. Errors: Runtime if the links form a loop.
std::filesystem::path follow_links(const std::filesystem::path& path);

/// The life of a temporary file:
///  1. It is created next to the target with a random name and is locked. Unlocked files of the
///     same target are removed first: their programs were killed.
///  2. The owner fills it.
///  3. `replace_target` syncs and renames it. Otherwise, the destructor removes it.
/// A symbolic link stays: the file that it refers to is the target. The new file has the mode of
/// the old one, or the default mode of new files.
class TemporaryFile {
 public:
  /// Creates the file, and missing parent folders. Errors: Runtime.
  explicit TemporaryFile(const std::filesystem::path& target);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::filesystem::path& path() const { return path_; }
  int descriptor() const { return descriptor_; }

  /// Errors: Runtime; the target is then unchanged.
  void replace_target();

 private:
  void create();
  void take_mode_of_target() const;

  std::filesystem::path named_;   // in messages
  std::filesystem::path target_;  // with links followed
  std::filesystem::path path_;
  int descriptor_ = -1;
  int slot_ = -1;  // in the list for signal handlers
};

/// Whether `name` is a temporary file of any target.
bool is_temporary_name(const std::string& name);

/// Removes the temporary files in a folder that killed programs left behind.
void remove_stale_temporary_files(const std::filesystem::path& folder);

/// Removes the temporary files of this process. A signal handler may call it before the process
/// ends.
void remove_own_temporary_files() noexcept;

/// Syncs a folder, so that renames in it survive a power cut. Errors: none; some file systems
/// cannot sync a folder.
void sync_folder(const std::filesystem::path& folder) noexcept;

}  // namespace sequent
