#include "infer/archive.h"

#include <utility>

#include "core/files.h"
#include "core/weight_shapes.h"
#include "sequent/error.h"
#include "sequent/text.h"

namespace sequent {
namespace fs = std::filesystem;
namespace {

const std::string kMetadata = std::string("extra/") + ArchiveMetadata::kFileName;

[[noreturn]] void fail(const std::string& name, const std::string& message) {
  throw Error(ErrorKind::kArtifact, name, message);
}

/// The config, vocabulary and labels of an archive fit together, or it was changed.
ResolvedConfig resolve_metadata(const ArchiveMetadata& metadata, const std::string& name) {
  try {
    ResolvedConfig config = resolve(metadata.config, metadata.vocabulary, metadata.labels);
    config.members = metadata.members;
    return config;
  } catch (const Error& error) {
    fail(name + ": " + ArchiveMetadata::kFileName,
         error.issues().at(0).message + "; the archive is damaged: export the model again");
  }
}

LoadedArchive load_from(const ZipRecords& records) {
  const std::string& name = records.name();
  if (!records.has(kMetadata)) {
    fail(name,
         "has no sequent.json, so sequent export did not make it; export a model with: sequent "
         "export RUN --out model.pt");
  }
  LoadedArchive archive;
  archive.metadata_json = records.read(kMetadata);
  archive.metadata = archive_metadata_from_json(archive.metadata_json, name);
  const std::string& expected = archive.metadata.records_checksum;
  if (!expected.empty() && records_checksum(records) != expected) {
    fail(name, "the archive is damaged: its checksum differs; copy or export it again");
  }
  archive.config = resolve_metadata(archive.metadata, name);
  archive.weights = ArchiveWeights(records, weight_shapes(archive.config));
  if (expected.empty() && archive.weights.checksum() != archive.metadata.weights_checksum) {
    fail(name, "the weights are damaged: their checksum differs; copy or export the archive again");
  }
  for (const std::string& record : records.records()) {
    if (record.starts_with("code/") && record.ends_with(".py")) {
      archive.code[record] = records.read(record);
    }
  }
  if (archive.code.empty()) {
    fail(name, "has no code; expected a model archive made by sequent export: export it again");
  }
  return archive;
}

}  // namespace

LoadedArchive load_archive(const fs::path& file) {
  LoadedArchive archive = load_from(ZipRecords(file));
  archive.file = file;
  return archive;
}

LoadedArchive load_archive(std::span<const std::byte> bytes, const std::string& name) {
  LoadedArchive archive = load_from(ZipRecords(bytes, name));
  archive.bytes = bytes;
  return archive;
}

std::string records_checksum(const ZipRecords& archive) {
  Checksum sum;
  for (const std::string& record : archive.records()) {
    if (record == kMetadata || record.starts_with(".data/")) continue;
    sum.add(record);
    sum.add({"\0", 1});
    sum.add(checksum(archive.read(record)));
  }
  return sum.hex();
}

}  // namespace sequent
