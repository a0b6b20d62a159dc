#include "batch/output_sink.h"

#include <unistd.h>

#include <cerrno>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_writing(const fs::path& path) {
  fail_write(path.empty() ? "stdout" : path, errno);
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
    if (file_ == nullptr) fail_writing(path_);
    return;
  }
  if (fs::exists(path_) && !overwrite) {
    throw Error(ErrorKind::kUsage, path,
                "exists; choose another --output, or pass --overwrite to replace it");
  }
  temporary_.emplace(path_);
  const int descriptor = ::dup(temporary_->descriptor());
  file_ = descriptor < 0 ? nullptr : ::fdopen(descriptor, "wb");
  if (file_ == nullptr) fail_writing(path_);
}

OutputSink::~OutputSink() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
}

void OutputSink::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return;
  fail_writing(path_);
}

void OutputSink::rewrite_start(std::string_view text) {
  if (std::fseek(file_, 0, SEEK_SET) == 0) return write(text);
  fail_writing(path_);
}

void OutputSink::flush() {
  if (std::fflush(file_) != 0) fail_writing(path_);
}

void OutputSink::finish() {
  flush();
  if (file_ == stdout) return;
  std::FILE* file = file_;
  file_ = nullptr;
  if (std::fclose(file) != 0) fail_writing(path_);
  if (temporary_) temporary_->replace_target();
}

}  // namespace sequent
