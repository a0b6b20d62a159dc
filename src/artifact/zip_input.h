// The bytes of a ZIP file, as minizip reads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <span>

namespace sequent {

/// Reads a file or a part of the memory from any position. Nothing throws, since callers are
/// callbacks of a C library: what cannot be read is reported as false.
class ZipInput {
 public:
  /// `bytes` must outlive this object.
  explicit ZipInput(std::span<const std::byte> bytes) : bytes_(bytes), size_(bytes.size()) {}
  ZipInput(const std::filesystem::path& file, std::uint64_t size)
      : file_(file, std::ios::binary), size_(size) {}
  ZipInput(const ZipInput&) = delete;
  ZipInput& operator=(const ZipInput&) = delete;

  std::uint64_t size() const { return size_; }
  std::uint64_t position() const { return position_; }

  /// Returns whether the last call of seek or read failed.
  bool failed() const { return failed_; }

  /// The end of the file is the last valid position.
  bool seek(std::uint64_t position) noexcept;

  /// Fills `into` with the next bytes, or fails if there are fewer.
  bool read(std::span<char> into) noexcept;

 private:
  bool read_file(std::span<char> into) noexcept;

  std::span<const std::byte> bytes_;  // empty if they are in the file
  std::ifstream file_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  // The file's own position. A seek discards what the stream has buffered.
  std::uint64_t file_position_ = std::numeric_limits<std::uint64_t>::max();
  bool failed_ = false;
};

struct CloseZip {
  void operator()(void* zip) const;
};

/// What minizip calls an unzFile.
using ZipHandle = std::unique_ptr<void, CloseZip>;

/// Returns null if minizip finds no directory of records, or not enough memory. `input` must
/// outlive the handle.
ZipHandle open_zip(ZipInput& input);

}  // namespace sequent
