// Byte streams: files, stdin, and the decompressed content of .gz and .xz files.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace sequent {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills the beginning of `to`, which must not be empty. Returns the number of bytes, or 0 at the
  /// end.
  /// Errors: Data if the file cannot be read further, or its compressed stream is damaged or
  /// truncated.
  virtual std::size_t read(std::span<char> to) = 0;
};

/// Opens a file (`-`: stdin) and detects its format from its first bytes. gzip and xz files are
/// decompressed while they are read, including all members of a concatenated file.
/// Errors: Data if the file does not exist, cannot be read, or is in a format that cannot hold
/// UTF-8 text (UTF-16, other compression formats).
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

}  // namespace sequent
