// The two formats on disk, except for weights: names, versions, checks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sequent/config.h"
#include "sequent/data.h"
#include "sequent/text.h"

namespace sequent {

/// The files of a run folder.
struct RunFolder {
  std::filesystem::path root;

  std::filesystem::path config() const { return root / "config.json"; }
  std::filesystem::path vocabulary() const { return root / "vocabulary.txt"; }
  std::filesystem::path labels() const { return root / "labels.txt"; }
  std::filesystem::path sequence_labels() const { return root / "sequence_labels.txt"; }
  /// The name of that file in version 0.1.0.
  std::filesystem::path former_sequence_labels() const { return root / "row_labels.txt"; }
  std::filesystem::path checkpoint() const { return root / "checkpoint" / "state.pt"; }
  std::filesystem::path best_weights() const { return root / "best.weights"; }
  std::filesystem::path metrics() const { return root / "metrics.jsonl"; }
  std::filesystem::path report() const { return root / "report.html"; }
  std::filesystem::path manifest() const { return root / "manifest.json"; }
  std::filesystem::path cache() const { return root / "cache"; }

  /// All files except the cache, the manifest first: without it, the folder is an unfinished run,
  /// whatever else is left.
  std::vector<std::filesystem::path> entries() const {
    return {manifest(),        checkpoint().parent_path(),
            best_weights(),    metrics(),
            report(),          config(),
            vocabulary(),      labels(),
            sequence_labels(), former_sequence_labels()};
  }
};

/// The content of `manifest.json`. It is written last, so that a folder with a manifest is a
/// finished run.
struct Manifest {
  static constexpr std::int64_t kFormatVersion = 1;
  std::string sequent_version;
  std::string torch_version;
  std::string created;  // UTC, ISO 8601
  std::vector<std::string> command_line;
  std::int64_t seed = 0;
  std::int64_t workers = 0;
  std::string device;
  std::int64_t epochs = 0;  // completed
  std::int64_t steps = 0;
  double seconds = 0;  // of training
  std::int64_t best_epoch = 0;
  std::string stopped_because;  // epochs, max_steps, max_seconds, early_stopping
  std::vector<SourceFile> sources;
  std::string weights_checksum;   // of best.weights
  std::string text_checksum;      // of vocabulary.txt, labels.txt and sequence_labels.txt
  std::string validation_report;  // JSON of report.h
  std::optional<std::string> test_report;

  /// A simple model that was trained on the same rows, and its reports.
  struct Baseline {
    std::string name;
    std::string validation_report;
    std::optional<std::string> test_report;
    bool operator==(const Baseline&) const = default;
  };
  std::optional<Baseline> baseline{};
};

/// Writes the manifest of a run of this task.
/// Errors: Artifact if a report does not belong to the task; Runtime if the file cannot be written.
void write_manifest(const RunFolder& folder, const Manifest& manifest, const Task& task);

/// Errors: Artifact unless the folder is a finished run; the message says what it is instead.
void check_finished(const RunFolder& folder);

/// Errors: Artifact if the folder is missing, is not a run, is unfinished, has another format
/// version or is damaged; the message says which.
Manifest read_manifest(const RunFolder& folder, const Task& task);

/// The parts of a run that are stored as plain text.
struct RunText {
  Config config;
  Vocabulary vocabulary;
  LabelSet labels;
};

/// Returns the same config for a file in `folder`, its new base_directory (links resolved):
/// relative data paths are changed to refer to the same files, absolute paths stay.
Config move_config(const Config& config, const std::filesystem::path& folder);

/// Writes the config (see move_config), the vocabulary (one token per line in the order of the ids,
/// reserved names first) and the labels (one per line; if rows have labels in addition to tags,
/// these are in sequence_labels.txt). Line ends and backslashes in names are escaped as \n, \r and
/// \\. Errors: Runtime if a file cannot be written.
void write_run_text(const RunFolder& folder, const RunText& text);

/// Reads what write_run_text wrote; the config's base_directory is the folder, links resolved.
/// Errors: Artifact if a file is missing or damaged.
RunText read_run_text(const RunFolder& folder);

/// Returns the checksum of vocabulary.txt, labels.txt and, if it exists, sequence_labels.txt. It
/// detects an order of ids that differs from that of training. Errors: Runtime if a file cannot be
/// read.
std::string run_text_checksum(const RunFolder& folder);

/// `sequent.json` inside a model archive: everything needed to convert text to tensors and tensors
/// to labels.
struct ArchiveMetadata {
  /// Archives of one model have version 1; those of several, which earlier versions of Sequent
  /// cannot run, have version 2.
  static constexpr std::int64_t kFormatVersion = 1;
  static constexpr std::int64_t kEnsembleFormatVersion = 2;
  static constexpr std::int64_t kMostMembers = 64;
  static constexpr const char* kFileName = "sequent.json";
  std::string sequent_version;
  std::string created;
  std::int64_t members = 1;  // models whose outputs are averaged; at most kMostMembers
  Config config;
  Vocabulary vocabulary;
  LabelSet labels{{"0", "1"}};
  std::string validation_report;  // JSON of report.h; empty: none
  std::string weights_checksum;   // of the weights' bytes, in the order of their names
  std::string records_checksum;   // of the archive's other records; empty: version 0.1.0
  std::string parity_digest;      // checksum of the probe batches
  double parity_difference = 0;   // maximum of |exported - trained| over all probes
  std::int64_t parity_rows = 0;
};

/// Keeps data paths only if they do not reveal anything about the machine: relative paths below the
/// config's folder. Other paths are reduced to the file name. The last field is a checksum of all
/// preceding bytes.
std::string archive_metadata_to_json(const ArchiveMetadata& metadata);

/// `where` names the archive in messages. Errors: Artifact for another format version (the message
/// says which program to use), for missing or damaged parts, and for a wrong checksum.
ArchiveMetadata archive_metadata_from_json(const std::string& json, const std::string& where);

/// The library's version, from CMake's project().
std::string_view version();

/// The current time in UTC, such as 2026-01-31T12:00:00Z.
std::string utc_now();

}  // namespace sequent
