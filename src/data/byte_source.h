// Byte streams: files, stdin, and the decompressed content of .gz, .xz and .zst files.
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

/// Reads at least `fewest` bytes, or all if there are fewer, and not more than the source has
/// ready: a pipe may deliver its first bytes one by one.
std::string read_front(ByteSource& source, std::size_t fewest);

/// Returns a source that yields bytes that have already been read, followed by the rest of theirs.
std::unique_ptr<ByteSource> put_back(std::string front, std::unique_ptr<ByteSource> rest);

/// Opens a file (`-`: stdin) and detects its format from its first bytes. gzip, xz and zstd files
/// are decompressed while they are read, including all members of a concatenated file.
/// Errors: Data if the file does not exist, cannot be read, or is in another compression format.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

}  // namespace sequent
