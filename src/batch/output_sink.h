// The output of sequent-infer.
#pragma once

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/temporary_file.h"

namespace sequent {

/// Stdout, or a temporary file that is renamed when it is complete; see TemporaryFile.
class OutputSink {
 public:
  /// `path` empty or "-": stdout. Errors: Usage if the file exists and `overwrite` is false.
  OutputSink(const std::string& path, bool overwrite);
  OutputSink(const OutputSink&) = delete;
  OutputSink& operator=(const OutputSink&) = delete;
  ~OutputSink();

  /// Errors: Runtime.
  void write(std::string_view text);
  /// Flushes what was written so far. Errors: Runtime.
  void flush();
  /// Completes the file. Errors: Runtime.
  void finish();

  /// Whether earlier output can be overwritten, which only regular files allow.
  bool can_rewrite() const { return temporary_.has_value(); }
  /// Overwrites the first bytes. Errors: Runtime.
  void rewrite_start(std::string_view text);

 private:
  std::filesystem::path path_;
  std::optional<TemporaryFile> temporary_;  // nothing for stdout, devices and pipes
  std::FILE* file_ = nullptr;
};

}  // namespace sequent
