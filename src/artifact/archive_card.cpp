#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "artifact/parts.h"
#include "core/data_paths.h"
#include "core/json_fields.h"
#include "report/report_json.h"
#include "sequent/artifact.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// Returns the likely cure for an invalid field: the archive was made by a different version, or it
/// is damaged.
std::string cure_of(const Json& card) {
  const auto made_by = card.is_object() ? card.find("sequent_version") : card.end();
  if (made_by == card.end() || !made_by->is_string() || *made_by == version()) {
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

std::string public_config(Config config) {
  change_data_paths(config, public_path);
  return dump_config(config);
}

}  // namespace

std::string archive_card_to_json(const ArchiveCard& card) {
  Json json;
  json["format_version"] = ArchiveCard::kFormatVersion;
  json["sequent_version"] = card.sequent_version;
  json["created"] = card.created;
  json["config"] = Json::parse(public_config(card.config));
  json["vocabulary"] = card.vocabulary.tokens();
  json["labels"] = card.labels.names();
  if (card.labels.row_size() > 0) json["row_labels"] = card.labels.row_names();
  json["validation"] = card.validation_report.empty()
                           ? Json(nullptr)
                           : report_as_json(report_from_json(card.validation_report, card.config.task));
  json["weights_checksum"] = card.weights_checksum;
  json["parity"] = {{"digest", card.parity_digest},
                    {"difference", card.parity_difference},
                    {"rows", card.parity_rows}};
  return dump_json(json, -1);
}

ArchiveCard archive_card_from_json(const std::string& json, const std::string& where) {
  const std::string place = where + ": " + ArchiveCard::kFileName;
  const Json parsed =
      parse_json(json, {.where = place, .cure = "the archive is damaged: export the model again"});
  const std::string cure = cure_of(parsed);
  const JsonOrigin origin{.where = place, .cure = cure};
  const JsonFields fields(parsed, origin);
  check_format_version(fields, ArchiveCard::kFormatVersion, "sequent-infer");

  ArchiveCard card;
  card.sequent_version = fields.text("sequent_version");
  card.created = fields.text("created");
  fields.object("config");
  card.config = config_from_artifact(fields.value("config").dump(), fields.place("config"), cure);
  card.vocabulary =
      vocabulary_from_artifact(fields.texts("vocabulary"), {fields.place("vocabulary"), cure});
  card.labels = labels_from_artifact(fields.texts("labels"), card.config.task,
                                     {fields.place("labels"), cure});
  if (card.config.row_label() != nullptr) {
    card.labels = with_rows_from_artifact(card.labels, fields.texts("row_labels"),
                                          {fields.place("row_labels"), cure});
  }
  if (!fields.is_null("validation")) {
    card.validation_report = report_to_json(
        report_from_fields(fields.object("validation"), card.config.task), -1);
  }
  card.weights_checksum = fields.text("weights_checksum");
  const JsonFields parity = fields.object("parity");
  card.parity_digest = parity.text("digest");
  card.parity_difference = parity.number("difference");
  card.parity_rows = parity.count("rows");
  return card;
}

}  // namespace sequent
