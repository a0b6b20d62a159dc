#include "batch/output_sink.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_writing(const fs::path& path, const std::string& reason) {
  throw Error(ErrorKind::kRuntime, path.empty() ? "stdout" : path.string(),
              "cannot be written: " + reason);
}

}  // namespace

OutputSink::OutputSink(const std::string& path, bool overwrite) {
  if (path.empty() || path == "-") {
    file_ = stdout;
    return;
  }
  path_ = path;
  if (fs::is_directory(path_)) {
    throw Error(ErrorKind::kUsage, path, "is a folder; expected a file name");
  }
  if (fs::exists(path_) && !fs::is_regular_file(path_)) {  // a device or pipe: nothing to replace
    file_ = std::fopen(path_.c_str(), "wb");
    if (file_ == nullptr) fail_writing(path_, std::strerror(errno));
    return;
  }
  if (fs::exists(path_) && !overwrite) {
    throw Error(ErrorKind::kUsage, path,
                "exists; choose another --output, or pass --overwrite to replace it");
  }
  temporary_ = path + ".tmp" + std::to_string(::getpid());
  file_ = std::fopen(temporary_.c_str(), "wb");
  if (file_ == nullptr) fail_writing(path_, std::strerror(errno));
}

OutputSink::~OutputSink() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
  if (temporary_.empty()) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void OutputSink::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return;
  fail_writing(path_, std::strerror(errno));
}

void OutputSink::rewrite_start(std::string_view text) {
  if (std::fseek(file_, 0, SEEK_SET) == 0) return write(text);
  fail_writing(path_, std::strerror(errno));
}

void OutputSink::flush() {
  if (std::fflush(file_) != 0) fail_writing(path_, std::strerror(errno));
}

void OutputSink::finish() {
  const bool has_file = !temporary_.empty();
  const bool written = std::fflush(file_) == 0 && (!has_file || ::fsync(fileno(file_)) == 0);
  if (!written) fail_writing(path_, std::strerror(errno));
  if (!has_file) return;
  std::fclose(file_);
  file_ = nullptr;
  std::error_code fault;
  fs::rename(temporary_, path_, fault);
  if (!fault) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
  fail_writing(path_, fault.message());
}

}  // namespace sequent
