#include "artifact/zip_directory.h"

#include <algorithm>

#include "sequent/error.h"

namespace sequent {
namespace {

constexpr std::uint64_t kSaturated16 = 0xffff;
constexpr std::uint64_t kSaturated32 = 0xffffffff;

[[noreturn]] void fail(const ZipSource& source, const std::string& reason) {
  fail_damaged_zip(source.name, reason);
}

/// Reads little-endian numbers of a structure in turn.
class Fields {
 public:
  Fields(const ZipSource& source, std::string_view bytes) : source_(source), bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }

  std::uint64_t number(std::size_t count) {
    const std::string_view taken = text(count);
    std::uint64_t value = 0;
    for (std::size_t i = count; i > 0; --i) {
      value = value << 8 | static_cast<unsigned char>(taken[i - 1]);
    }
    return value;
  }

  std::string_view text(std::size_t count) {
    if (count > bytes_.size()) fail(source_, "a header ends early");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  void skip(std::size_t count) { text(count); }

  void expect(std::string_view signature, const char* what) {
    if (text(signature.size()) != signature) fail(source_, std::string("found no ") + what);
  }

 private:
  const ZipSource& source_;
  std::string_view bytes_;
};

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

/// Finds the record at the end of the file; before it stands at most a comment of 64 KiB.
std::uint64_t find_end(const ZipSource& source) {
  constexpr std::uint64_t kLength = 22;
  constexpr std::string_view kSignature("PK\x05\x06", 4);
  if (source.size < kLength) fail(source, "the file is too short");
  const std::uint64_t searched = std::min(source.size, kLength + kSaturated16);
  const std::string tail = source.read(source.size - searched, searched);
  for (std::size_t at = tail.size() - kLength;; --at) {
    if (std::string_view(tail).substr(at, kSignature.size()) == kSignature) {
      const auto low = static_cast<unsigned char>(tail[at + kLength - 2]);
      const auto high = static_cast<unsigned char>(tail[at + kLength - 1]);
      const std::size_t comment = low + (std::size_t{high} << 8);
      if (at + kLength + comment == tail.size()) return source.size - tail.size() + at;
    }
    if (at == 0) fail(source, "found no directory of records");
  }
}

/// Replaces what a 32-bit field cannot hold. Both must say the same otherwise.
void extend(const ZipSource& source, std::uint64_t& value, std::uint64_t large,
            std::uint64_t saturated) {
  if (value != large && value != saturated) fail(source, "two directories differ");
  value = large;
}

/// Returns where the records are listed. The list ends where the record of its size begins.
Directory find_directory(const ZipSource& source) {
  constexpr std::uint64_t kLocator = 20;
  constexpr std::uint64_t kLarge = 56;
  std::uint64_t end = find_end(source);
  const std::string record = source.read(end, 22);
  Fields fields(source, record);
  fields.skip(4);
  if (fields.number(2) != 0 || fields.number(2) != 0) fail(source, "a part of several disks");
  Directory directory;
  directory.entries = fields.number(2);
  if (fields.number(2) != directory.entries) fail(source, "two numbers of records");
  directory.size = fields.number(4);
  directory.offset = fields.number(4);
  const std::string locator = end < kLocator ? "" : source.read(end - kLocator, kLocator);
  if (locator.starts_with(std::string_view("PK\x06\x07", 4))) {
    Fields where(source, locator);
    where.skip(8);
    const std::uint64_t large_end = where.number(8);
    if (large_end > source.size || source.size - large_end < kLarge) {
      fail(source, "a directory outside the file");
    }
    const std::string bytes = source.read(large_end, kLarge);
    Fields large(source, bytes);
    large.expect(std::string_view("PK\x06\x06", 4), "large directory");
    large.skip(28);
    extend(source, directory.entries, large.number(8), kSaturated16);
    extend(source, directory.size, large.number(8), kSaturated32);
    extend(source, directory.offset, large.number(8), kSaturated32);
    end = large_end;
  }
  if (directory.offset > end || end - directory.offset != directory.size) {
    fail(source, "a directory of another size");
  }
  return directory;
}

/// Reads the sizes that 32-bit fields cannot hold.
void read_large_fields(const ZipSource& source, std::string_view extra, ZipEntry& entry) {
  constexpr std::uint64_t kLargeSizes = 1;
  Fields fields(source, extra);
  while (!fields.at_end()) {
    const std::uint64_t id = fields.number(2);
    const std::string_view content = fields.text(fields.number(2));
    if (id != kLargeSizes) continue;
    Fields sizes(source, content);
    for (std::uint64_t* value : {&entry.size, &entry.stored_size, &entry.offset}) {
      if (*value == kSaturated32) *value = sizes.number(8);
    }
  }
}

/// Errors: Artifact for what no archive of ours contains.
bool is_deflated(const ZipSource& source, std::uint64_t flags, std::uint64_t method) {
  constexpr std::uint64_t kEncrypted = 1U | 1U << 6 | 1U << 13;
  constexpr std::uint64_t kStored = 0;
  constexpr std::uint64_t kDeflated = 8;
  if ((flags & kEncrypted) != 0) fail(source, "a record is encrypted");
  if (method != kStored && method != kDeflated) fail(source, "a record has unknown compression");
  return method == kDeflated;
}

/// Reads an entry of the directory; `offset` is that of the record's header.
ZipEntry read_entry(const ZipSource& source, Fields& fields) {
  fields.expect(std::string_view("PK\x01\x02", 4), "entry of the directory");
  fields.skip(4);
  const std::uint64_t flags = fields.number(2);
  const std::uint64_t method = fields.number(2);
  fields.skip(4);
  ZipEntry entry;
  entry.deflated = is_deflated(source, flags, method);
  entry.crc = static_cast<std::uint32_t>(fields.number(4));
  entry.stored_size = fields.number(4);
  entry.size = fields.number(4);
  const std::uint64_t name = fields.number(2);
  const std::uint64_t extra = fields.number(2);
  const std::uint64_t comment = fields.number(2);
  fields.skip(8);
  entry.offset = fields.number(4);
  entry.name = fields.text(name);
  read_large_fields(source, fields.text(extra), entry);
  fields.skip(comment);
  if (!entry.deflated && entry.stored_size != entry.size) fail(source, "a record has two sizes");
  return entry;
}

/// Compares the record's own header with its entry, and sets `offset` to that of its bytes.
void check_header(const ZipSource& source, ZipEntry& entry) {
  constexpr std::uint64_t kHeader = 30;
  constexpr std::uint64_t kSizesFollow = 1U << 3;
  const std::string bytes = source.read(entry.offset, kHeader);
  Fields fields(source, bytes);
  fields.expect(std::string_view("PK\x03\x04", 4), "header of a record");
  fields.skip(2);
  const std::uint64_t flags = fields.number(2);
  const std::uint64_t method = fields.number(2);
  fields.skip(4);
  const std::uint64_t crc = fields.number(4);
  const std::uint64_t stored_size = fields.number(4);
  const std::uint64_t size = fields.number(4);
  const std::uint64_t name = fields.number(2);
  const std::uint64_t extra = fields.number(2);
  bool same = is_deflated(source, flags, method) == entry.deflated &&
              source.read(entry.offset + kHeader, name) == entry.name;
  if ((flags & kSizesFollow) == 0) {
    same = same && crc == entry.crc &&
           (stored_size == entry.stored_size || stored_size == kSaturated32) &&
           (size == entry.size || size == kSaturated32);
  }
  if (!same) fail(source, "a record's header differs from the directory");
  entry.offset += kHeader + name + extra;
}

}  // namespace

void fail_damaged_zip(const std::string& name, const std::string& reason) {
  throw Error(ErrorKind::kArtifact, name,
              "the archive is truncated or damaged (" + reason + "); copy or export it again");
}

void ZipSource::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset > size || size - offset < into.size()) {
    fail_damaged_zip(name, "a record outside the file");
  }
  read_at(offset, into);
}

std::string ZipSource::read(std::uint64_t offset, std::uint64_t count) const {
  if (count > size) fail_damaged_zip(name, "a record outside the file");
  std::string bytes(count, '\0');
  read(offset, std::as_writable_bytes(std::span<char>(bytes)));
  return bytes;
}

std::vector<ZipEntry> read_zip_directory(const ZipSource& source, std::size_t most_entries) {
  const Directory directory = find_directory(source);
  if (directory.entries > most_entries) {
    throw Error(ErrorKind::kArtifact, source.name,
                "found " + std::to_string(directory.entries) +
                    " records in the archive; expected at most " + std::to_string(most_entries));
  }
  const std::string list = source.read(directory.offset, directory.size);
  Fields fields(source, list);
  std::vector<ZipEntry> entries;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> used;  // from a header to the last byte
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    ZipEntry entry = read_entry(source, fields);
    const std::uint64_t header = entry.offset;
    check_header(source, entry);
    if (entry.offset > directory.offset || directory.offset - entry.offset < entry.stored_size) {
      fail(source, "a record outside the file");
    }
    used.emplace_back(header, entry.offset + entry.stored_size);
    entries.push_back(std::move(entry));
  }
  if (!fields.at_end()) fail(source, "a directory of another size");
  std::sort(used.begin(), used.end());
  for (std::size_t i = 1; i < used.size(); ++i) {
    if (used[i].first < used[i - 1].second) fail(source, "two records overlap");
  }
  return entries;
}

}  // namespace sequent
