#include "artifact/zip_directory.h"

#include <minizip/unzip.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sequent/error.h"

namespace sequent {
namespace {

constexpr std::uint64_t kEndLength = 22;
constexpr std::uint64_t kSaturated = 0xffffffff;

/// The file must end with the record that ends a ZIP file. minizip does not read that record if
/// there is the larger one of the 64-bit extensions.
void check_end(ZipInput& input, const std::string& name) {
  std::array<char, kEndLength> end{};
  const std::string_view text(end.data(), end.size());
  constexpr std::string_view kSignature("PK\x05\x06", 4);
  constexpr std::string_view kNoComment("\0\0", 2);
  if (input.size() < kEndLength || !input.seek(input.size() - kEndLength) || !input.read(end) ||
      !text.starts_with(kSignature) || !text.ends_with(kNoComment)) {
    fail_damaged_zip(name, "found no directory of records");
  }
}

/// Reads the directory of a ZIP file and the headers of its records, in turn.
class DirectoryReader {
 public:
  DirectoryReader(unzFile zip, ZipInput& input, const std::string& name)
      : zip_(zip), input_(input), name_(name) {}

  std::uint64_t count() const {
    unz_global_info64 info{};
    unzGetGlobalInfo64(zip_, &info);
    return info.number_entry;
  }

  ZipEntry next() {
    const bool found = (used_.empty() ? unzGoToFirstFile(zip_) : unzGoToNextFile(zip_)) == UNZ_OK;
    ZipEntry entry;
    unz64_file_pos position{};
    unz_file_info64 info{};
    if (!found || unzGetFilePos64(zip_, &position) != UNZ_OK ||
        unzGetCurrentFileInfo64(zip_, &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK) {
      fail_damaged_zip(name_, "found no entry of the directory");
    }
    entry.name.resize(info.size_filename);
    if (unzGetCurrentFileInfo64(zip_, nullptr, entry.name.data(), entry.name.size(), nullptr, 0,
                                nullptr, 0) != UNZ_OK) {
      fail_damaged_zip(name_, "found no entry of the directory");
    }
    entry.position = position.pos_in_zip_directory;
    entry.number = position.num_of_file;
    entry.deflated = info.compression_method == Z_DEFLATED;
    entry.crc = static_cast<std::uint32_t>(info.crc);
    entry.size = info.uncompressed_size;
    if (used_.empty()) begin_ = entry.position;
    constexpr std::uint64_t kLength = 46;
    end_ = entry.position + kLength + info.size_filename + info.size_file_extra +
           info.size_file_comment;
    check_entry(info);
    open_record(info, entry);
    return entry;
  }

  /// Checks what is known after the last entry.
  void check_layout() {
    constexpr std::uint64_t kLargeEnd = 56;  // of the 64-bit extensions
    constexpr std::uint64_t kLocator = 20;
    const std::uint64_t after = input_.size() - end_;
    if (begin_ > end_ || end_ > input_.size() ||
        (after != kEndLength && after != kLargeEnd + kLocator + kEndLength)) {
      fail_damaged_zip(name_, "a directory of another size");
    }
    std::ranges::sort(used_);
    for (std::size_t i = 0; i < used_.size(); ++i) {
      if (used_[i].second > begin_) fail_damaged_zip(name_, "a record outside the file");
      if (i > 0 && used_[i].first < used_[i - 1].second) {
        fail_damaged_zip(name_, "two records overlap");
      }
    }
  }

 private:
  /// The minizip of Debian 12 is older than zlib 1.2.6 and leaves the 64-bit sizes and offsets of
  /// records unread.
  [[noreturn]] void fail_large() const {
    fail_damaged_zip(name_,
                     "a record beyond 4 GiB is invalid, or minizip is older than zlib 1.2.6");
  }

  /// Refuses what no archive of ours contains.
  void check_entry(const unz_file_info64& info) const {
    constexpr std::uint64_t kEncrypted = 1U | 1U << 6 | 1U << 13;
    constexpr std::uint64_t kStored = 0;
    const bool stored = info.compression_method == kStored;
    if (info.compressed_size == kSaturated || info.uncompressed_size == kSaturated) fail_large();
    if ((info.flag & kEncrypted) != 0) fail_damaged_zip(name_, "a record is encrypted");
    if (!stored && info.compression_method != Z_DEFLATED) {
      fail_damaged_zip(name_, "a record has unknown compression");
    }
    if (stored && info.compressed_size != info.uncompressed_size) {
      fail_damaged_zip(name_, "a record has two sizes");
    }
  }

  /// Sets the offset of the entry, and notes the bytes from the record's header to its end. minizip
  /// compares the header with the directory, except for the name.
  void open_record(const unz_file_info64& info, ZipEntry& entry) {
    constexpr std::uint64_t kHeader = 30;
    int method = 0;
    bool same = unzOpenCurrentFile2(zip_, &method, /*level=*/nullptr, /*raw=*/1) == UNZ_OK;
    std::uint64_t header = 0;
    if (same) {
      entry.offset = unzGetCurrentFileZStreamPos64(zip_);
      const auto extra = static_cast<std::uint64_t>(unzGetLocalExtrafield(zip_, nullptr, 0));
      header = entry.offset - extra - entry.name.size() - kHeader;
      std::string name(entry.name.size(), '\0');
      same = input_.seek(header + kHeader) && input_.read(name) && name == entry.name;
      unzCloseCurrentFile(zip_);
    }
    if (!same && input_.size() > kSaturated) fail_large();
    if (!same) fail_damaged_zip(name_, "a record's header differs from the directory");
    if (entry.offset > input_.size() || input_.size() - entry.offset < info.compressed_size) {
      fail_damaged_zip(name_, "a record outside the file");
    }
    used_.emplace_back(header, entry.offset + info.compressed_size);
  }

  unzFile zip_;
  ZipInput& input_;
  const std::string& name_;
  std::uint64_t begin_ = 0;  // of the directory
  std::uint64_t end_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> used_;
};

}  // namespace

void fail_damaged_zip(const std::string& name, const std::string& reason) {
  throw Error(ErrorKind::kArtifact, name,
              "the archive is truncated or damaged (" + reason + "); copy or export it again");
}

ZipHandle open_zip_file(ZipInput& input, const std::string& name) {
  check_end(input, name);
  ZipHandle zip = open_zip(input);
  if (!zip) fail_damaged_zip(name, "found no directory of records");
  return zip;
}

std::vector<ZipEntry> read_zip_directory(const ZipHandle& zip, ZipInput& input,
                                         const std::string& name, std::size_t most_entries) {
  DirectoryReader directory(zip.get(), input, name);
  const std::uint64_t count = directory.count();
  if (count > most_entries) {
    throw Error(ErrorKind::kArtifact, name,
                "found " + std::to_string(count) + " records in the archive; expected at most " +
                    std::to_string(most_entries));
  }
  std::vector<ZipEntry> entries;
  for (std::uint64_t i = 0; i < count; ++i) entries.push_back(directory.next());
  directory.check_layout();
  return entries;
}

}  // namespace sequent
