// Files: read whole, written whole, and their checksums.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace sequent {

/// Writes a file so that it is there whole or not at all: a temporary file beside it, fsync,
/// rename. Parent folders are made. Errors: Runtime if it cannot be written (full disk, no
/// permission); an old file then stays.
void write_file_whole(const std::filesystem::path& path, std::string_view content);

/// The same for a `write` that fills the temporary file itself and throws if it cannot.
void write_file_whole(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// The whole content. Errors: Artifact if the file is missing or cannot be read.
std::string read_file(const std::filesystem::path& path);

/// A running checksum: CRC-64 (ECMA-182, as .xz files carry it). Against accidents, not attackers.
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
