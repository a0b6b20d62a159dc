// The list of records in a ZIP file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// The bytes of a ZIP file.
struct ZipSource {
  std::string name;  // in messages
  std::uint64_t size = 0;
  std::function<void(std::uint64_t offset, std::span<std::byte> into)> read_at;

  /// Errors: Artifact if the file is shorter.
  void read(std::uint64_t offset, std::span<std::byte> into) const;
  std::string read(std::uint64_t offset, std::uint64_t count) const;
};

struct ZipEntry {
  std::string name;
  bool deflated = false;  // otherwise stored as it is
  std::uint32_t crc = 0;
  std::uint64_t stored_size = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  // of the stored bytes
};

/// Errors: Artifact, saying that the file is truncated or damaged.
[[noreturn]] void fail_damaged_zip(const std::string& name, const std::string& reason);

/// Reads the directory of a ZIP file, and the header of each record, which must say the same. No
/// two records share bytes, and there are at most `most_entries`.
/// Errors: Artifact.
/// Source: APPNOTE.TXT (PKWARE) 6.3, with the 64-bit extensions; without encryption, several disks,
/// and data before the first record.
std::vector<ZipEntry> read_zip_directory(const ZipSource& source, std::size_t most_entries);

}  // namespace sequent
