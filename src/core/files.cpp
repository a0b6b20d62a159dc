#include "core/files.h"

#include <fcntl.h>
#include <lzma.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/temporary_file.h"
#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

/// Whether a path is a device or a pipe, which a rename would replace by a file.
bool is_device(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

void write_all(int descriptor, std::string_view rest, const fs::path& named) {
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail_write(named, written < 0 ? errno : ENOSPC);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void write_to_device(const fs::path& path, std::string_view content) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail_write(path, errno);
  try {
    write_all(descriptor, content, path);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) fail_write(path, errno);
}

}  // namespace

void write_file_whole(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  if (is_device(path)) return write(path);
  TemporaryFile temporary(path);
  write(temporary.path());
  temporary.replace_target();
}

void write_file_whole(const fs::path& path, std::string_view content) {
  write_file_whole(path, content, [] {});
}

void write_file_whole(const fs::path& path, std::string_view content,
                      const std::function<void()>& before_rename) {
  if (is_device(path)) return write_to_device(path, content);
  TemporaryFile temporary(path);
  write_all(temporary.descriptor(), content, path);
  before_rename();
  temporary.replace_target();
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
