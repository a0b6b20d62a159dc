// The list of records in a ZIP file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "artifact/zip_input.h"

namespace sequent {

struct ZipEntry {
  std::string name;
  std::uint64_t position = 0;  // of the entry in the directory
  std::uint64_t number = 0;
  bool deflated = false;  // otherwise stored as it is
  std::uint32_t crc = 0;
  std::uint64_t size = 0;    // unpacked
  std::uint64_t offset = 0;  // of the stored bytes in the file
};

/// Errors: Artifact, saying that the file is truncated or damaged.
[[noreturn]] void fail_damaged_zip(const std::string& name, const std::string& reason);

/// Opens a ZIP file with minizip. `name` is the name of the file in messages; `input` must outlive
/// the result.
/// Errors: Artifact if the file does not end like a ZIP file without a comment.
ZipHandle open_zip_file(ZipInput& input, const std::string& name);

/// Returns the entries of the directory. Each record's own header agrees with its entry; no record
/// is encrypted, and none has a compression other than deflate; no two share bytes, and all are
/// before the directory. There are at most `most_entries`.
/// Errors: Artifact.
/// Source: APPNOTE.TXT (PKWARE) 6.3, with the 64-bit extensions; without encryption, several disks,
/// comments, and data before the first record.
std::vector<ZipEntry> read_zip_directory(const ZipHandle& zip, ZipInput& input,
                                         const std::string& name, std::size_t most_entries);

}  // namespace sequent
