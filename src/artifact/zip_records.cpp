#include "artifact/zip_records.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "sequent/error.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCure = "copy or export it again";
constexpr const char* kExpected = "expected a model archive made by sequent export";

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error(ErrorKind::kArtifact, name, message);
}

[[noreturn]] void fail_damaged(const std::string& name, const std::string& reason) {
  fail(name, "the archive is truncated or damaged (" + reason + "); " + kCure);
}

/// Distinguishes a file that is not an archive from one that is damaged.
void check_signature(std::string_view start, const std::string& name) {
  constexpr std::string_view kZip("PK\x03\x04", 4);
  if (start.empty()) fail(name, std::string("is empty; ") + kExpected);
  if (start != kZip) fail(name, "is not a model archive; expected a file made by sequent export");
}

std::int64_t check_file(const fs::path& file) {
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
  return static_cast<std::int64_t>(size);
}

std::string reason_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  return reason;
}

}  // namespace

void ZipRecords::Close::operator()(zip* archive) const { zip_discard(archive); }

ZipRecords::ZipRecords(const fs::path& file) : name_(file.string()) {
  const std::int64_t size = check_file(file);
  int code = 0;
  archive_.reset(zip_open(file.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
  if (!archive_) fail_damaged(name_, reason_of(code));
  list_records(size);
}

ZipRecords::ZipRecords(std::span<const std::byte> bytes, const std::string& name) : name_(name) {
  constexpr std::size_t kSignature = 4;
  check_signature({reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kSignature)},
                  name_);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), /*freep=*/0, &error);
  if (source != nullptr) {
    archive_.reset(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!archive_) zip_source_free(source);
  }
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!archive_) fail_damaged(name_, reason);
  list_records(static_cast<std::int64_t>(bytes.size()));
}

ZipRecords::~ZipRecords() = default;

void ZipRecords::list_records(std::int64_t file_size) {
  constexpr zip_int64_t kMostRecords = 100000;
  // Weights are stored without compression; compressed text shrinks to a tenth of its size.
  const std::int64_t most_bytes = 16 * file_size + (std::int64_t{1} << 20);
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  if (count > kMostRecords) {
    fail(name_, "found " + std::to_string(count) + " records in the archive; expected at most " +
                    std::to_string(kMostRecords));
  }
  std::string folder;
  std::int64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t stat;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE;
    if (zip_stat_index(archive_.get(), index, 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded) {
      fail_damaged(name_, "a record has no name or size");
    }
    std::string record = stat.name;
    const std::size_t end = record.find('/');
    const std::string top = record.substr(0, end);
    if (i == 0) folder = top;
    if (end == std::string::npos || top != folder) {
      fail(name_,
           "found a record outside the archive's folder; expected a file made by sequent "
           "export");
    }
    record.erase(0, end + 1);
    if (stat.size > static_cast<zip_uint64_t>(most_bytes - total)) {
      fail(name_, "the archive claims to unpack to more than " + std::to_string(most_bytes) +
                      " bytes; expected a file made by sequent export");
    }
    total += static_cast<std::int64_t>(stat.size);
    const auto size = static_cast<std::int64_t>(stat.size);
    if (!index_.emplace(std::move(record), Record{index, size}).second) {
      fail_damaged(name_, "two records have the same name");
    }
  }
}

std::vector<std::string> ZipRecords::records() const {
  std::vector<std::string> names;
  for (const auto& [record, _] : index_) names.push_back(record);
  return names;
}

const ZipRecords::Record& ZipRecords::find(const std::string& record) const {
  const auto found = index_.find(record);
  if (found == index_.end()) fail_damaged(name_, record + " is missing");
  return found->second;
}

std::int64_t ZipRecords::size(const std::string& record) const { return find(record).size; }

std::string ZipRecords::read(const std::string& record) const {
  std::string bytes(static_cast<std::size_t>(size(record)), '\0');
  read(record, std::as_writable_bytes(std::span<char>(bytes)));
  return bytes;
}

void ZipRecords::read(const std::string& record, std::span<std::byte> into) const {
  struct CloseFile {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  const std::unique_ptr<zip_file_t, CloseFile> file(
      zip_fopen_index(archive_.get(), find(record).index, 0));
  std::size_t at = 0;
  zip_int64_t count = file ? 1 : -1;
  while (count > 0 && at < into.size()) {
    count = zip_fread(file.get(), into.data() + at, into.size() - at);
    if (count > 0) at += static_cast<std::size_t>(count);
  }
  // The CRC is compared when the end of the record is read.
  std::byte past_end{};
  if (count >= 0) count = zip_fread(file.get(), &past_end, 1);
  if (count != 0 || at != into.size()) fail_damaged(name_, record + " has wrong content");
}

}  // namespace sequent
