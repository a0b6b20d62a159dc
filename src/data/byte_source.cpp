#include "data/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/interrupt.h"
#include "data/decompress.h"
#include "sequent/error.h"

namespace sequent {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw Error(ErrorKind::kData, path, message);
}

class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : path_(path) {
    if (path == "-") {
      path_ = "stdin";
    } else {
      descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }
    if (descriptor_ < 0) {
      fail(path, errno == ENOENT ? "no such file"
                                 : std::string("cannot be opened: ") + std::strerror(errno));
    }
    struct stat status {};
    const bool is_known = ::fstat(descriptor_, &status) == 0;
    may_wait_ = is_known && !S_ISREG(status.st_mode);
    if (is_known && S_ISDIR(status.st_mode) && path != "-") {
      ::close(descriptor_);
      fail(path,
           "is a folder; expected a file. To read one folder per label, set \"format\": {\"type\": "
           "\"folders\"}");
    }
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }

  std::size_t read(std::span<char> to) override {
    while (!may_wait_ || has_bytes()) {
      const ssize_t count = ::read(descriptor_, to.data(), to.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR)
        fail(path_, std::string("cannot be read further: ") + std::strerror(errno));
    }
    return 0;
  }

 private:
  /// Waits for bytes or the end of the file. Returns false if the input is no longer needed.
  bool has_bytes() const {
    constexpr int kPatience = 100;  // ms
    while (!input_is_unwanted) {
      pollfd waiting{descriptor_, POLLIN, 0};
      const int ready = ::poll(&waiting, 1, kPatience);
      if (ready > 0 || (ready < 0 && errno != EINTR))
        return true;  // read() reports the data, the end or the error
    }
    return false;
  }

  std::string path_;
  int descriptor_ = STDIN_FILENO;
  bool may_wait_ = false;  // a pipe or terminal
};

/// Returns bytes that have already been read, followed by the rest of the source.
class PeekedSource : public ByteSource {
 public:
  PeekedSource(std::string front, std::unique_ptr<ByteSource> rest)
      : front_(std::move(front)), rest_(std::move(rest)) {}

  std::size_t read(std::span<char> to) override {
    if (at_ == front_.size()) return rest_->read(to);
    const std::size_t count = std::min(to.size(), front_.size() - at_);
    std::copy_n(front_.begin() + static_cast<std::ptrdiff_t>(at_), count, to.begin());
    at_ += count;
    return count;
  }

 private:
  std::string front_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

using std::string_view_literals::operator""sv;

constexpr std::string_view kGzip = "\x1F\x8B"sv;
constexpr std::string_view kXz =
    "\xFD"
    "7zXZ\0"sv;
constexpr std::string_view kZstd = "\x28\xB5\x2F\xFD"sv;

struct ForeignKind {
  std::string_view first_bytes;
  const char* message;
};
constexpr std::array kForeignKinds{
    ForeignKind{"BZh"sv, "is bzip2; expected text, .gz, .xz or .zst: unpack it with bunzip2"},
    ForeignKind{"PK\x03\x04"sv,
                "is a zip archive; expected text, .gz, .xz or .zst: unpack it first"},
};

}  // namespace

std::string read_front(ByteSource& source, std::size_t fewest) {
  constexpr std::size_t kReadBytes = std::size_t{1} << 16;
  std::string front;
  while (front.size() < fewest) {
    std::string more(kReadBytes, '\0');
    more.resize(source.read(more));
    if (more.empty()) break;
    front += more;
  }
  return front;
}

std::unique_ptr<ByteSource> put_back(std::string front, std::unique_ptr<ByteSource> rest) {
  return std::make_unique<PeekedSource>(std::move(front), std::move(rest));
}

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  const std::string name = path == "-" ? "stdin" : path;
  std::unique_ptr<ByteSource> file = std::make_unique<FileSource>(path);
  std::string front = read_front(*file, kXz.size());
  for (const ForeignKind& kind : kForeignKinds) {
    if (front.starts_with(kind.first_bytes)) fail(name, kind.message);
  }
  const bool is_gzip = front.starts_with(kGzip);
  const bool is_xz = front.starts_with(kXz);
  const bool is_zstd = front.starts_with(kZstd);
  auto whole = put_back(std::move(front), std::move(file));
  if (is_gzip) return open_gzip(std::move(whole), name);
  if (is_xz) return open_xz(std::move(whole), name);
  if (is_zstd) return open_zstd(std::move(whole), name);
  return whole;
}

}  // namespace sequent
