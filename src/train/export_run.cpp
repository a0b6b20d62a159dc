#include <optional>
#include <utility>

#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/log.h"
#include "sequent/trainer.h"
#include "tasks/task_definition.h"
#include "train/ensemble.h"
#include "train/load_run.h"

namespace sequent {
namespace {

/// Returns validation rows of the run's data, if the data still exist: the shortest, the longest,
/// and some in between.
EncodedDataset real_probes(const LoadedRun& run, const RunFolder& folder) {
  constexpr std::int64_t kRows = 96;
  EncodedDataset probes;
  try {
    const bool extends = run.text.config.training.init_from.has_value();
    const PreparedData data = prepare_data(run.text.config, folder.cache(), /*threads=*/0,
                                           extends ? run.text.vocabulary : Vocabulary());
    const std::int64_t stride = std::max<std::int64_t>(1, data.validation.size() / kRows);
    for (std::int64_t row = 0; row < data.validation.size(); row += stride) {
      probes.add(data.validation.row(row), std::int32_t{0});
    }
  } catch (const Error& error) {
    log_warning(std::string("the run's data cannot be read (") + error.what() +
                "); the export is verified only with random rows");
  }
  return probes;
}

/// Errors: Usage if the archive must not be written.
void check_output(const std::filesystem::path& out, bool overwrite) {
  if (std::filesystem::is_directory(out)) {
    throw Error(ErrorKind::kUsage, out.string(), "is a folder; expected a file such as model.pt");
  }
  if (std::filesystem::exists(out) && !overwrite) {
    throw Error(ErrorKind::kUsage, out.string(),
                "exists; choose another name, or use --overwrite to replace it");
  }
}

/// Returns the metadata of a run's archive, with the validation report `validation` in JSON, which
/// is empty if there is none. Errors: Usage if it has no threshold for `abstention`.
ArchiveMetadata metadata_of(const RunText& text, std::string validation,
                            const Abstention& abstention) {
  ArchiveMetadata metadata;
  metadata.sequent_version = version();
  metadata.created = utc_now();
  metadata.config = text.config;
  metadata.vocabulary = text.vocabulary;
  metadata.labels = text.labels;
  metadata.validation_report = std::move(validation);
  if (!abstention.precision && !abstention.coverage) return metadata;
  if (metadata.validation_report.empty()) {
    throw Error(ErrorKind::kUsage, "abstention",
                "the runs have no common validation rows and are not all folds of one division, "
                "so that there are no rows to choose a threshold on; leave it out");
  }
  const Task& task = text.config.task;
  const Report report = report_from_json(metadata.validation_report, task);
  metadata.validation_report =
      report_to_json(definition_of(task).with_abstention(report, abstention), /*indent=*/-1);
  return metadata;
}

/// Returns the ensemble's validation report in JSON; empty if there is none.
std::string validation_report_of(const Ensemble& ensemble) {
  const std::optional<EnsembleReport> found = report_of_ensemble(ensemble);
  if (!found) {
    log_warning(
        "the runs have no common validation rows and are not all folds of one division; without a "
        "report of the ensemble, its archive has no stored thresholds, prediction sets or "
        "intervals");
    return "";
  }
  log_info("validation report of the ensemble: " + found->rows);
  return report_to_json(found->report, /*indent=*/-1);
}

}  // namespace

ArchiveMetadata export_run(const std::filesystem::path& run, const std::filesystem::path& out,
                           bool overwrite, const Abstention& abstention) {
  check_output(out, overwrite);
  const LoadedRun loaded = load_run(run);
  ArchiveMetadata metadata =
      metadata_of(loaded.text, loaded.manifest.validation_report, abstention);
  SequenceModel model = loaded.model;
  export_model(*model, metadata, real_probes(loaded, RunFolder{run}), out);
  return metadata;
}

ArchiveMetadata export_runs(const std::vector<std::filesystem::path>& runs,
                            const std::filesystem::path& out, bool overwrite,
                            const Abstention& abstention) {
  if (runs.size() == 1) return export_run(runs.front(), out, overwrite, abstention);
  check_output(out, overwrite);
  const Ensemble ensemble = load_ensemble(runs);
  const LoadedRun& first = ensemble.runs.front();
  ArchiveMetadata metadata = metadata_of(first.text, validation_report_of(ensemble), abstention);
  metadata.vocabulary = ensemble.vocabulary;
  export_ensemble(ensemble.models, metadata, real_probes(first, RunFolder{first.folder}), out);
  return metadata;
}

}  // namespace sequent
