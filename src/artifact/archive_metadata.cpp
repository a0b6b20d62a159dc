#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "artifact/parts.h"
#include "core/data_paths.h"
#include "core/files.h"
#include "core/former_names.h"
#include "core/json_fields.h"
#include "report/report_json.h"
#include "sequent/artifact.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// Returns the likely cure for an invalid field: the archive was made by a different version, or it
/// is damaged.
std::string cure_of(const Json& metadata) {
  const auto made_by = metadata.is_object() ? metadata.find("sequent_version") : metadata.end();
  if (made_by == metadata.end() || !made_by->is_string() || *made_by == version()) {
    return "the archive is damaged: export the model again";
  }
  return "the archive was made by Sequent " + made_by->get<std::string>() +
         ", but this program is version " + std::string(version()) +
         ": use that version, or export the model again with this one";
}

/// Returns `path` if it stays below the config's folder, otherwise only its last component:
/// archives are copied to other machines and must not reveal this machine's folders.
std::string public_path(const std::string& path) {
  const fs::path whole(path);
  const bool climbs = std::find(whole.begin(), whole.end(), fs::path("..")) != whole.end();
  if (!whole.is_absolute() && !climbs) return path;
  const fs::path name = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  return name.empty() || name == ".." ? "data" : name.string();
}

/// The checksum of the metadata is their last field and covers all bytes before it.
constexpr std::string_view kChecksumField = ",\"checksum\":\"";

std::string with_checksum(std::string json) {
  json.pop_back();  // the closing brace
  return json + std::string(kChecksumField) + checksum(json) + "\"}";
}

/// Errors: Artifact if there is a checksum and it differs.
void verify_checksum(const std::string& json, const std::string& where) {
  const std::size_t at = json.rfind(kChecksumField);
  if (at == std::string::npos) return;
  if (json != with_checksum(json.substr(0, at) + "}")) {
    throw Error(ErrorKind::kArtifact, where,
                "the archive is damaged: the checksum of its metadata differs; copy or export it "
                "again");
  }
}

/// Returns the number of models. Errors: Artifact if it does not fit the version or the task.
std::int64_t members_from(const JsonFields& fields, const Config& config) {
  const std::string key = "members";
  const bool is_ensemble =
      fields.integer("format_version") == ArchiveMetadata::kEnsembleFormatVersion;
  if (!is_ensemble && !fields.has(key)) return 1;
  const std::int64_t members = fields.integer(key);
  if (!is_ensemble || members < 2 || members > ArchiveMetadata::kMostMembers) {
    fields.fail(key, "found " + std::to_string(members) + "; expected 2 to " +
                         std::to_string(ArchiveMetadata::kMostMembers) + ", in format version " +
                         std::to_string(ArchiveMetadata::kEnsembleFormatVersion));
  }
  if (!definition_of(config).has_average()) {
    fields.fail(key, "found " + std::to_string(members) + " models, but the outputs of " +
                         definition_of(config).title() + " cannot be averaged");
  }
  return members;
}

std::string public_config(Config config) {
  change_data_paths(config, public_path);
  return dump_config(config);
}

}  // namespace

std::string archive_metadata_to_json(const ArchiveMetadata& metadata) {
  Json json;
  const bool is_ensemble = metadata.members > 1;
  json["format_version"] =
      is_ensemble ? ArchiveMetadata::kEnsembleFormatVersion : ArchiveMetadata::kFormatVersion;
  json["sequent_version"] = metadata.sequent_version;
  json["created"] = metadata.created;
  if (is_ensemble) json["members"] = metadata.members;
  json["config"] = Json::parse(public_config(metadata.config));
  json["vocabulary"] = metadata.vocabulary.tokens();
  json["labels"] = metadata.labels.names();
  if (metadata.labels.sequence_size() > 0)
    json["sequence_labels"] = metadata.labels.sequence_names();
  json["validation"] =
      metadata.validation_report.empty()
          ? Json(nullptr)
          : report_as_json(report_from_json(metadata.validation_report, metadata.config.task));
  json["weights_checksum"] = metadata.weights_checksum;
  json["parity"] = {{"digest", metadata.parity_digest},
                    {"difference", metadata.parity_difference},
                    {"rows", metadata.parity_rows}};
  if (!metadata.records_checksum.empty()) json["records_checksum"] = metadata.records_checksum;
  return with_checksum(dump_json(json, -1));
}

ArchiveMetadata archive_metadata_from_json(const std::string& json, const std::string& where) {
  const std::string place = where + ": " + ArchiveMetadata::kFileName;
  const Json parsed =
      parse_json(json, {.where = place, .cure = "the archive is damaged: export the model again"});
  const std::string cure = cure_of(parsed);
  const JsonOrigin origin{.where = place, .cure = cure};
  const JsonFields fields(parsed, origin);
  check_format_version(fields, ArchiveMetadata::kEnsembleFormatVersion, "sequent-infer");
  verify_checksum(json, place);

  ArchiveMetadata metadata;
  metadata.sequent_version = fields.text("sequent_version");
  metadata.created = fields.text("created");
  fields.object("config");
  metadata.config =
      config_from_artifact(fields.value("config").dump(), fields.place("config"), cure);
  metadata.members = members_from(fields, metadata.config);
  metadata.vocabulary =
      vocabulary_from_artifact(fields.texts("vocabulary"), {fields.place("vocabulary"), cure});
  metadata.labels = labels_from_artifact(fields.texts("labels"), metadata.config.task,
                                         {fields.place("labels"), cure});
  if (metadata.config.sequence_label() != nullptr) {
    const std::string key =
        fields.has("sequence_labels") ? "sequence_labels" : former_name("sequence_labels");
    metadata.labels = with_sequence_labels_from_artifact(metadata.labels, fields.texts(key),
                                                         {fields.place(key), cure});
  }
  if (!fields.is_null("validation")) {
    metadata.validation_report =
        report_to_json(report_from_fields(fields.object("validation"), metadata.config.task), -1);
  }
  metadata.weights_checksum = fields.text("weights_checksum");
  if (fields.has("records_checksum")) {
    metadata.records_checksum = fields.text("records_checksum");
    if (!fields.has("checksum")) fields.fail("checksum", "is missing");
  }
  const JsonFields parity = fields.object("parity");
  metadata.parity_digest = parity.text("digest");
  metadata.parity_difference = parity.number("difference");
  metadata.parity_rows = parity.count("rows");
  return metadata;
}

}  // namespace sequent
