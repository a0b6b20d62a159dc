#include "core/temporary_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <random>
#include <string_view>
#include <system_error>
#include <vector>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporaryMark = ".tmp-";
constexpr std::size_t kRandomDigits = 16;

/// The temporary files of this process, where a signal handler can read them.
struct Slot {
  std::atomic<int> state{0};  // 0: free, 1: being filled, 2: the path is complete
  std::array<char, PATH_MAX> path{};
};
constexpr std::size_t kSlots = 16;
std::array<Slot, kSlots> slots;
static_assert(std::atomic<int>::is_always_lock_free);  // read in a signal handler

/// Returns the index of the slot, or -1 if there is none: the file is then only removed by its
/// owner or the next start.
int claim_slot(const fs::path& path) {
  if (path.native().size() >= PATH_MAX) return -1;
  for (std::size_t i = 0; i < kSlots; ++i) {
    int free = 0;
    if (!slots[i].state.compare_exchange_strong(free, 1)) continue;
    std::memcpy(slots[i].path.data(), path.c_str(), path.native().size() + 1);
    slots[i].state = 2;
    return static_cast<int>(i);
  }
  return -1;
}

/// Long names are cut, so that the temporary name is valid wherever the target's is.
std::string prefix_of(const fs::path& target) {
  constexpr std::size_t kMost = NAME_MAX - kTemporaryMark.size() - kRandomDigits;
  return target.filename().string().substr(0, kMost) + std::string(kTemporaryMark);
}

std::string random_digits() {
  std::random_device source;
  std::array<char, kRandomDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", static_cast<unsigned>(source()),
                static_cast<unsigned>(source()));
  return text.data();
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Removes a file that no living process has locked.
void remove_if_stale(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat status {};
  const bool regular = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (regular && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  ::close(descriptor);
}

template <class Matches>
void remove_stale(const fs::path& folder, const Matches& matches) {
  std::error_code code;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    if (matches(entry->path().filename().string())) found.push_back(entry->path());
  }
  for (const fs::path& path : found) remove_if_stale(path);
}

void create_folders(const fs::path& folder, const fs::path& named) {
  std::error_code code;
  if (fs::is_directory(folder, code)) return;
  fs::create_directories(folder, code);
  if (code) fail_write(named, code.value());
  for (fs::path parent = folder; parent.has_relative_path() && parent.has_parent_path();) {
    parent = parent.parent_path();
    sync_folder(parent);
  }
}

}  // namespace

void fail_write(const fs::path& path, int code) {
  std::string message = std::string("cannot be written: ") + std::strerror(code);
  if (code == ENOSPC || code == EDQUOT) message += "; free some space and run again";
  throw Error(ErrorKind::kRuntime, path.string(), message);
}

fs::path follow_links(const fs::path& path) {
  constexpr int kMostLinks = 40;  // as Linux
  fs::path result = path;
  std::error_code code;
  for (int i = 0; i < kMostLinks; ++i) {
    if (!fs::is_symlink(fs::symlink_status(result, code))) return result;
    const fs::path to = fs::read_symlink(result, code);
    if (code) fail_write(path, code.value());
    result = to.is_absolute() ? to : result.parent_path() / to;
  }
  fail_write(path, ELOOP);
}

bool is_temporary_name(const std::string& name) {
  const std::size_t mark = name.rfind(kTemporaryMark);
  return mark != std::string::npos && name.size() == mark + kTemporaryMark.size() + kRandomDigits &&
         name.find_first_not_of("0123456789abcdef", mark + kTemporaryMark.size()) ==
             std::string::npos;
}

void remove_stale_temporary_files(const fs::path& folder) {
  remove_stale(folder, is_temporary_name);
}

void remove_own_temporary_files() noexcept {
  for (Slot& slot : slots) {
    if (slot.state == 2) ::unlink(slot.path.data());
  }
}

void sync_folder(const fs::path& folder) noexcept {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

TemporaryFile::TemporaryFile(const fs::path& target)
    : named_(target), target_(follow_links(target)) {
  const fs::path folder = folder_of(target_);
  create_folders(folder, named_);
  const std::string prefix = prefix_of(target_);
  remove_stale(folder, [&](const std::string& name) {
    return name.starts_with(prefix) && is_temporary_name(name);
  });
  create();
  slot_ = claim_slot(path_);
  take_mode_of_target();
}

void TemporaryFile::create() {
  constexpr int kAttempts = 100;
  for (int i = 0; i < kAttempts; ++i) {
    path_ = folder_of(target_) / (prefix_of(target_) + random_digits());
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno == EEXIST) continue;
    if (descriptor_ < 0) fail_write(named_, errno);
    // Another process may have taken the file for a stale one before it was locked. File systems
    // without locks have no such process.
    const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    struct stat status {};
    if (locked && ::stat(path_.c_str(), &status) == 0) return;
    ::close(descriptor_);
    descriptor_ = -1;
  }
  fail_write(named_, EEXIST);
}

void TemporaryFile::take_mode_of_target() const {
  constexpr mode_t kPermissions = 07777;
  struct stat status {};
  if (::stat(target_.c_str(), &status) != 0) return;
  // Only root can keep another owner; the permissions must be set after it.
  if (::fchown(descriptor_, status.st_uid, status.st_gid) != 0) errno = 0;
  ::fchmod(descriptor_, status.st_mode & kPermissions);
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
  if (slot_ >= 0) slots[static_cast<std::size_t>(slot_)].state = 0;
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TemporaryFile::replace_target() {
  if (::fsync(descriptor_) != 0) fail_write(named_, errno);
  std::error_code code;
  fs::rename(path_, target_, code);
  if (code) fail_write(named_, code.value());
  path_.clear();
  sync_folder(folder_of(target_));
}

}  // namespace sequent
