#include "artifact/zip_records.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string_view>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExpected = "expected a model archive made by sequent export";

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error(ErrorKind::kArtifact, name, message);
}

/// Distinguishes a file that is not an archive from one that is damaged.
void check_signature(std::string_view start, const std::string& name) {
  constexpr std::string_view kZip("PK\x03\x04", 4);
  if (start.empty()) fail(name, std::string("is empty; ") + kExpected);
  if (start != kZip) fail(name, "is not a model archive; expected a file made by sequent export");
}

std::uint64_t check_file(const fs::path& file) {
  std::error_code code;
  const std::string name = file.string();
  if (!fs::exists(file, code)) fail(name, std::string("no such file; ") + kExpected);
  if (fs::is_directory(file, code)) {
    fail(name, "is a folder; expected a model archive: make one with sequent export");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(name, "cannot be read");
  std::array<char, 4> start{};
  in.read(start.data(), start.size());
  check_signature({start.data(), static_cast<std::size_t>(in.gcount())}, name);
  const std::uintmax_t size = fs::file_size(file, code);
  if (code) fail(name, "cannot be read: expected a regular file");
  return size;
}

/// Opens a file that check_file has accepted.
ZipSource open_source(const fs::path& file) {
  const std::uint64_t size = check_file(file);
  auto in = std::make_shared<std::ifstream>(file, std::ios::binary);
  const std::string name = file.string();
  return {name, size, [in, name](std::uint64_t offset, std::span<std::byte> into) {
            in->clear();
            in->seekg(static_cast<std::streamoff>(offset));
            in->read(reinterpret_cast<char*>(into.data()), std::ssize(into));
            if (in->gcount() != std::ssize(into)) fail_damaged_zip(name, "the file ends early");
          }};
}

/// Unpacks the stored bytes of an entry; `into` has their unpacked size.
class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  /// Returns whether the bytes are those of one complete stream that fills `into`.
  bool run(const ZipSource& source, const ZipEntry& entry, std::span<std::byte> into) {
    constexpr std::uint64_t kChunk = 1U << 16;
    std::string input;
    std::uint64_t taken = 0;
    std::size_t at = 0;
    for (int state = Z_OK; state != Z_STREAM_END;) {
      if (stream_.avail_in == 0 && taken < entry.stored_size) {
        input = source.read(entry.offset + taken, std::min(kChunk, entry.stored_size - taken));
        taken += input.size();
        stream_.next_in = reinterpret_cast<Bytef*>(input.data());
        stream_.avail_in = static_cast<uInt>(input.size());
      }
      const std::size_t room = std::min<std::size_t>(into.size() - at, kChunk);
      Bytef past_end = 0;  // the end of a stream may be left to read when all is unpacked
      stream_.next_out = room == 0 ? &past_end : reinterpret_cast<Bytef*>(into.data() + at);
      stream_.avail_out = room == 0 ? 1 : static_cast<uInt>(room);
      const uInt before = stream_.avail_out;
      state = inflate(&stream_, Z_NO_FLUSH);
      if (state != Z_OK && state != Z_STREAM_END) return false;
      if (room == 0 && stream_.avail_out != before) return false;
      at += before - stream_.avail_out;
    }
    return at == into.size() && taken == entry.stored_size && stream_.avail_in == 0;
  }

 private:
  z_stream stream_{};
};

}  // namespace

ZipRecords::ZipRecords(const fs::path& file) : source_(open_source(file)) { list_records(); }

ZipRecords::ZipRecords(std::span<const std::byte> bytes, const std::string& name)
    : source_{name, bytes.size(), [bytes](std::uint64_t offset, std::span<std::byte> into) {
                std::ranges::copy(bytes.subspan(offset, into.size()), into.begin());
              }} {
  constexpr std::size_t kSignature = 4;
  check_signature({reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kSignature)},
                  name);
  list_records();
}

void ZipRecords::list_records() {
  constexpr std::size_t kMostRecords = 100000;
  // Weights are stored without compression; compressed text shrinks to a tenth of its size.
  const std::uint64_t most_bytes = 16 * source_.size + (std::uint64_t{1} << 20);
  std::string folder;
  std::uint64_t total = 0;
  for (ZipEntry& entry : read_zip_directory(source_, kMostRecords)) {
    const std::size_t end = entry.name.find('/');
    const std::string top = entry.name.substr(0, end);
    if (index_.empty()) folder = top;
    if (end == std::string::npos || top != folder) {
      fail(name(),
           "found a record outside the archive's folder; expected a file made by sequent "
           "export");
    }
    if (entry.size > most_bytes - total) {
      fail(name(), "the archive claims to unpack to more than " + std::to_string(most_bytes) +
                       " bytes; expected a file made by sequent export");
    }
    total += entry.size;
    std::string record = entry.name.substr(end + 1);
    if (!index_.emplace(std::move(record), std::move(entry)).second) {
      fail_damaged_zip(name(), "two records have the same name");
    }
  }
}

std::vector<std::string> ZipRecords::records() const {
  std::vector<std::string> names;
  for (const auto& [record, _] : index_) names.push_back(record);
  return names;
}

const ZipEntry& ZipRecords::find(const std::string& record) const {
  const auto found = index_.find(record);
  if (found == index_.end()) fail_damaged_zip(name(), record + " is missing");
  return found->second;
}

std::int64_t ZipRecords::size(const std::string& record) const {
  return static_cast<std::int64_t>(find(record).size);
}

std::string ZipRecords::read(const std::string& record) const {
  std::string bytes(find(record).size, '\0');
  read(record, std::as_writable_bytes(std::span<char>(bytes)));
  return bytes;
}

void ZipRecords::read(const std::string& record, std::span<std::byte> into) const {
  const ZipEntry& entry = find(record);
  bool complete = entry.size == into.size();
  if (complete && entry.deflated) {
    complete = Inflater().run(source_, entry, into);
  } else if (complete) {
    source_.read(entry.offset, into);
  }
  if (!complete ||
      crc32_z(0, reinterpret_cast<const Bytef*>(into.data()), into.size()) != entry.crc) {
    fail_damaged_zip(name(), record + " has wrong content");
  }
}

}  // namespace sequent
