#include <nlohmann/json.hpp>
#include <utility>

#include "artifact/parts.h"
#include "core/files.h"
#include "core/json_fields.h"
#include "report/report_json.h"
#include "sequent/artifact.h"
#include "sequent/error.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Json report_part(const std::string& report, const Task& task) {
  return report_as_json(report_from_json(report, task));
}

Json source_as_json(const SourceFile& source) {
  return {{"role", source.role},
          {"path", source.path},
          {"checksum", source.checksum},
          {"rows", source.rows}};
}

SourceFile source_from_fields(const JsonFields& fields) {
  return {.role = fields.text("role"),
          .path = fields.text("path"),
          .checksum = fields.text("checksum"),
          .rows = fields.count("rows")};
}

Json manifest_as_json(const Manifest& manifest, const Task& task) {
  Json json;
  json["format_version"] = Manifest::kFormatVersion;
  json["sequent_version"] = manifest.sequent_version;
  json["torch_version"] = manifest.torch_version;
  json["created"] = manifest.created;
  json["command_line"] = manifest.command_line;
  json["seed"] = manifest.seed;
  json["workers"] = manifest.workers;
  json["device"] = manifest.device;
  json["epochs"] = manifest.epochs;
  json["steps"] = manifest.steps;
  json["seconds"] = manifest.seconds;
  json["best_epoch"] = manifest.best_epoch;
  json["stopped_because"] = manifest.stopped_because;
  json["sources"] = Json::array();
  for (const SourceFile& source : manifest.sources) {
    json["sources"].push_back(source_as_json(source));
  }
  json["weights_checksum"] = manifest.weights_checksum;
  json["text_checksum"] = manifest.text_checksum;
  json["validation"] = report_part(manifest.validation_report, task);
  const auto optional_report = [&](const std::optional<std::string>& report) {
    return report ? report_part(*report, task) : Json(nullptr);
  };
  json["test"] = optional_report(manifest.test_report);
  if (manifest.baseline) {
    json["baseline"] = {{"name", manifest.baseline->name},
                        {"validation", report_part(manifest.baseline->validation_report, task)},
                        {"test", optional_report(manifest.baseline->test_report)}};
  }
  return json;
}

Manifest manifest_from_fields(const JsonFields& fields, const Task& task) {
  Manifest manifest;
  manifest.sequent_version = fields.text("sequent_version");
  manifest.torch_version = fields.text("torch_version");
  manifest.created = fields.text("created");
  manifest.command_line = fields.texts("command_line");
  manifest.seed = fields.count("seed");
  manifest.workers = fields.count("workers");
  manifest.device = fields.text("device");
  manifest.epochs = fields.count("epochs");
  manifest.steps = fields.count("steps");
  manifest.seconds = fields.number("seconds");
  manifest.best_epoch = fields.count("best_epoch");
  manifest.stopped_because = fields.text("stopped_because");
  for (const JsonFields& source : fields.objects("sources")) {
    manifest.sources.push_back(source_from_fields(source));
  }
  manifest.weights_checksum = fields.text("weights_checksum");
  manifest.text_checksum = fields.text("text_checksum");
  const auto report = [&](const JsonFields& parent, const char* key) {
    return report_to_json(report_from_fields(parent.object(key), task), -1);
  };
  manifest.validation_report = report(fields, "validation");
  if (!fields.is_null("test")) manifest.test_report = report(fields, "test");
  if (fields.has("baseline")) {
    const JsonFields baseline = fields.object("baseline");
    manifest.baseline = {baseline.text("name"), report(baseline, "validation"), std::nullopt};
    if (!baseline.is_null("test")) manifest.baseline->test_report = report(baseline, "test");
  }
  return manifest;
}

}  // namespace

void check_finished(const RunFolder& folder) {
  std::error_code ignored;
  if (fs::exists(folder.manifest(), ignored)) return;
  const std::string root = folder.root.string();
  std::string message;
  if (!fs::exists(folder.root, ignored)) {
    message = "no such folder; create a run folder with sequent train CONFIG --out " + root;
  } else if (!fs::is_directory(folder.root, ignored)) {
    message = "is a file; expected a run folder, as created by sequent train CONFIG --out DIR";
  } else if (fs::exists(folder.config(), ignored)) {
    message =
        "is an unfinished run; resume it with sequent train CONFIG --out " + root + " --resume";
  } else {
    message =
        "is not a run folder: it has neither config.json nor manifest.json; create a run folder "
        "with sequent train CONFIG --out DIR";
  }
  throw Error(ErrorKind::kArtifact, root, message);
}

void write_manifest(const RunFolder& folder, const Manifest& manifest, const Task& task) {
  write_file_whole(folder.manifest(), dump_json(manifest_as_json(manifest, task), 2) + "\n");
}

Manifest read_manifest(const RunFolder& folder, const Task& task) {
  check_finished(folder);
  const JsonOrigin origin{.where = folder.manifest().string(), .cure = kRunCure};
  const Json json = parse_json(read_file(folder.manifest()), origin);
  const JsonFields fields(json, origin);
  check_format_version(fields, Manifest::kFormatVersion, "sequent");
  return manifest_from_fields(fields, task);
}

}  // namespace sequent
