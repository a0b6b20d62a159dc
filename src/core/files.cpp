#include "core/files.h"

#include <fcntl.h>
#include <lzma.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_write(const fs::path& path, const std::string& reason) {
  std::string message = "cannot be written: " + reason;
  if (reason.find("No space") != std::string::npos) message += "; free some space and run again";
  throw Error(ErrorKind::kRuntime, path.string(), message);
}

/// Removes the temporary file on destruction, unless it has been renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target)
      : path_(target.string() + ".tmp" + std::to_string(::getpid())) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void sync_path(const fs::path& path, int flags, const fs::path& named) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) fail_write(named, std::strerror(errno));
  const int result = ::fsync(descriptor);
  const int code = errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder. A failure to sync the file itself is an error.
  if (result != 0 && (flags & O_DIRECTORY) == 0) fail_write(named, std::strerror(code));
}

}  // namespace

void write_file_whole(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) fail_write(path, code.message());
  const TemporaryFile temporary(path);
  write(temporary.path());
  sync_path(temporary.path(), O_RDONLY, path);
  fs::rename(temporary.path(), path, code);
  if (code) fail_write(path, code.message());
  sync_path(folder, O_RDONLY | O_DIRECTORY, path);
}

void write_file_whole(const fs::path& path, std::string_view content) {
  write_file_whole(path, [&](const fs::path& temporary) {
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) fail_write(path, std::strerror(errno));
    std::string_view rest = content;
    while (!rest.empty()) {
      const ssize_t written = ::write(descriptor, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        const int saved = written < 0 ? errno : ENOSPC;
        ::close(descriptor);
        fail_write(path, std::strerror(saved));
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::close(descriptor) != 0) fail_write(path, std::strerror(errno));
  });
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code code;
  if (!in || fs::is_directory(path, code)) {
    const std::string reason = fs::exists(path, code) ? "cannot be read" : "no such file";
    throw Error(ErrorKind::kArtifact, path.string(), reason);
  }
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) throw Error(ErrorKind::kArtifact, path.string(), "cannot be read completely");
  return content;
}

void Checksum::add(std::string_view bytes) {
  state_ = lzma_crc64(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), state_);
}

std::string Checksum::hex() const {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", state_);
  return text.data();
}

std::string checksum(std::string_view bytes) {
  Checksum sum;
  sum.add(bytes);
  return sum.hex();
}

std::string checksum_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorKind::kArtifact, path.string(), "cannot be read");
  Checksum sum;
  std::string block(std::size_t{1} << 20, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    sum.add({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) throw Error(ErrorKind::kArtifact, path.string(), "cannot be read completely");
  return sum.hex();
}

}  // namespace sequent
