// Reads and writes whole files and computes their checksums.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace sequent {

/// Writes a file atomically: into a temporary file in the same folder, which is synced and then
/// renamed (see TemporaryFile). Missing parent folders are created. A device or a pipe is written
/// directly.
/// Errors: Runtime if the file cannot be written (full disk, no permission); an existing file is
/// then left unchanged.
void write_file_whole(const std::filesystem::path& path, std::string_view content);

/// The same, and calls `before_rename` once the temporary file is complete.
void write_file_whole(const std::filesystem::path& path, std::string_view content,
                      const std::function<void()>& before_rename);

/// The same, with a function `write` that fills the temporary file itself and throws if it cannot.
void write_file_whole(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// Returns the content of a file. Errors: Artifact if the file is missing or cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Incremental CRC-64 checksum (ECMA-182, as in .xz files). It protects against accidents, not
/// attackers.
class Checksum {
 public:
  void add(std::string_view bytes);
  /// 16 hexadecimal digits.
  std::string hex() const;

 private:
  unsigned long long state_ = 0;
};

std::string checksum(std::string_view bytes);

/// Errors: Artifact if the file is missing or cannot be read.
std::string checksum_file(const std::filesystem::path& path);

}  // namespace sequent
