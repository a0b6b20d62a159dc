// The bytes of a file, of stdin, or of what a .gz or .xz file holds.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace sequent {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// Fills the front of `to`, which is not empty; the number of bytes, 0 at the end.
  /// Errors: Data if the file cannot be read on, or its compressed stream is broken or ends early.
  virtual std::size_t read(std::span<char> to) = 0;
};

/// Opens a file (`-`: stdin) and looks at its first bytes: .gz and .xz are unpacked as they are
/// read, all members one after the other. Errors: Data if there is no such file, it cannot be read,
/// or it is of a kind that holds no UTF-8 text (UTF-16, other compressions).
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

}  // namespace sequent
