#include "core/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "core/temporary_file.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

std::string this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return "process " + std::to_string(::getpid()) + " on " + host.data();
}

/// Returns what the holder of the lock wrote into the file, if it is a printable line.
std::string holder(int descriptor) {
  std::array<char, 300> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size() - 1, 0);
  std::string line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  line = line.substr(0, line.find('\n'));
  for (const char c : line) {
    if (c < ' ' || c > '~') return "another process";
  }
  return line.empty() ? "another process" : line;
}

/// Whether the path still names the open file; its holder may have removed it meanwhile.
bool is_same_file(int descriptor, const fs::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

}  // namespace

FolderLock::FolderLock(fs::path folder) : folder_(std::move(folder)) {
  std::error_code code;
  created_folder_ = fs::create_directories(folder_, code);
  if (code) fail_write(folder_, code.value());
  while (!try_lock()) {
  }
  const std::string owner = this_process() + "\n";
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, owner.data(), owner.size(), 0) < 0) {
    log_debug(folder_.string() + ": the lock file cannot name this process");
  }
}

/// Returns false if the lock file was removed while it was being locked.
bool FolderLock::try_lock() {
  const fs::path file = folder_ / kFileName;
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) {
    if (errno == ENOENT && fs::create_directories(folder_)) return false;
    fail_write(file, errno);
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      log_warning(folder_.string() +
                  ": the file system has no locks; make sure that no other process trains into "
                  "this folder");
      return true;
    }
    const std::string owner = holder(descriptor_);
    ::close(descriptor_);
    descriptor_ = -1;
    throw Error(ErrorKind::kRuntime, folder_.string(),
                "is in use by " + owner +
                    ", which trains into this folder; wait until it has finished, stop it, or "
                    "choose another --out");
  }
  if (is_same_file(descriptor_, file)) return true;
  ::close(descriptor_);
  descriptor_ = -1;
  return false;
}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  const fs::path file = folder_ / kFileName;
  if (is_same_file(descriptor_, file)) ::unlink(file.c_str());
  if (created_folder_) ::rmdir(folder_.c_str());  // fails unless it is empty
  ::close(descriptor_);
}

}  // namespace sequent
