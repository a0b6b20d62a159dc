#include "artifact/zip_records.h"

#include <minizip/unzip.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <utility>

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

/// Weights are stored, and minizip would copy each byte on its own.
bool read_stored(ZipInput& input, const ZipEntry& entry, std::span<std::byte> into) {
  auto* bytes = reinterpret_cast<char*>(into.data());
  return input.seek(entry.offset) && input.read({bytes, into.size()}) &&
         crc32_z(0, reinterpret_cast<const Bytef*>(bytes), into.size()) == entry.crc;
}

bool inflate_record(unzFile zip, const ZipEntry& entry, std::span<std::byte> into) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // minizip counts in int
  const unz64_file_pos position{entry.position, entry.number};
  if (unzGoToFilePos64(zip, &position) != UNZ_OK || unzOpenCurrentFile(zip) != UNZ_OK) return false;
  int count = 1;
  while (count > 0 && !into.empty()) {
    const std::size_t most = std::min(into.size(), kMostAtOnce);
    count = unzReadCurrentFile(zip, into.data(), static_cast<unsigned>(most));
    if (count > 0) into = into.subspan(static_cast<std::size_t>(count));
  }
  const bool complete = into.empty() && unzeof(zip) == 1;
  // Closing compares the CRC if all bytes were read.
  return unzCloseCurrentFile(zip) == UNZ_OK && complete;
}

}  // namespace

ZipRecords::ZipRecords(const fs::path& file)
    : name_(file.string()), input_(file, check_file(file)) {
  list_records();
}

ZipRecords::ZipRecords(std::span<const std::byte> bytes, const std::string& name)
    : name_(name), input_(bytes) {
  constexpr std::size_t kSignature = 4;
  check_signature({reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kSignature)},
                  name);
  list_records();
}

void ZipRecords::list_records() {
  constexpr std::size_t kMostRecords = 100000;
  // Weights are stored without compression; compressed text shrinks to a tenth of its size.
  const std::uint64_t most_bytes = 16 * input_.size() + (std::uint64_t{1} << 20);
  zip_ = open_zip_file(input_, name_);
  std::string folder;
  std::uint64_t total = 0;
  for (ZipEntry& entry : read_zip_directory(zip_, input_, name_, kMostRecords)) {
    const std::size_t end = entry.name.find('/');
    const std::string top = entry.name.substr(0, end);
    if (index_.empty()) folder = top;
    if (end == std::string::npos || top != folder) {
      fail(name_,
           "found a record outside the archive's folder; expected a file made by sequent "
           "export");
    }
    if (entry.size > most_bytes - total) {
      fail(name_, "the archive claims to unpack to more than " + std::to_string(most_bytes) +
                      " bytes; expected a file made by sequent export");
    }
    total += entry.size;
    std::string record = entry.name.substr(end + 1);
    if (!index_.emplace(std::move(record), std::move(entry)).second) {
      fail_damaged_zip(name_, "two records have the same name");
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
  if (found == index_.end()) fail_damaged_zip(name_, record + " is missing");
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
  const bool complete =
      entry.size == into.size() &&
      (entry.deflated ? inflate_record(zip_.get(), entry, into) : read_stored(input_, entry, into));
  if (!complete) fail_damaged_zip(name_, record + " has wrong content");
}

}  // namespace sequent
