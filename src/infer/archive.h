// Opens model archives as data: nothing in an archive is executed or compiled.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "artifact/archive_weights.h"
#include "artifact/zip_records.h"
#include "sequent/artifact.h"
#include "sequent/config.h"

namespace sequent {

struct LoadedArchive {
  ArchiveMetadata metadata;
  std::string metadata_json;
  ResolvedConfig config;
  ArchiveWeights weights;
  std::map<std::string, std::string> code;  // the TorchScript sources, by their records

  // The archive itself: one of the two. `bytes` refers to memory of the caller.
  std::filesystem::path file;
  std::span<const std::byte> bytes;
};

/// Checks the whole archive against its checksum, and its weights against its config.
/// Errors: Artifact if the file is missing, truncated, damaged, not made by Sequent, or in a later
/// format.
LoadedArchive load_archive(const std::filesystem::path& file);

/// Opens an archive in memory; messages refer to it by `name`.
LoadedArchive load_archive(std::span<const std::byte> bytes, const std::string& name);

/// Returns the checksum of all records except the metadata, which contain it, and the identifiers
/// that LibTorch derives from all records.
std::string records_checksum(const ZipRecords& archive);

}  // namespace sequent
