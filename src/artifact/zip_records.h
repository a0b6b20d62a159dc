// Reads the records of a ZIP file as data: the container of a model archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "artifact/zip_directory.h"
#include "artifact/zip_input.h"

namespace sequent {

/// All records are in one top-level folder, whose name is left out: `data.pkl`,
/// `code/__torch__.py`. The container is checked when it is opened, and the CRC-32 of a record when
/// it is read. Threads: one at a time.
class ZipRecords {
 public:
  /// `name` is the name of the file in messages.
  /// Errors: Artifact if the file is missing, is not a ZIP file, is damaged, has two records of the
  /// same name or that share bytes, or would unpack to far more than its size.
  explicit ZipRecords(const std::filesystem::path& file);
  /// `bytes` must outlive this object.
  ZipRecords(std::span<const std::byte> bytes, const std::string& name);
  ZipRecords(const ZipRecords&) = delete;
  ZipRecords& operator=(const ZipRecords&) = delete;

  /// The name of the file in messages.
  const std::string& name() const { return name_; }

  /// The names of the records, sorted.
  std::vector<std::string> records() const;
  bool has(const std::string& record) const { return index_.contains(record); }

  /// The number of bytes of a record. Errors (all functions): Artifact if there is no such record.
  std::int64_t size(const std::string& record) const;

  /// Errors: Artifact if the record is damaged.
  std::string read(const std::string& record) const;
  /// The same; `into` has the size of the record.
  void read(const std::string& record, std::span<std::byte> into) const;

 private:
  void list_records();
  const ZipEntry& find(const std::string& record) const;

  std::string name_;
  mutable ZipInput input_;
  ZipHandle zip_;
  std::map<std::string, ZipEntry> index_;
};

}  // namespace sequent
