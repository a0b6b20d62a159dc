#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/log.h"
#include "sequent/trainer.h"
#include "tasks/task_definition.h"
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

}  // namespace

ArchiveMetadata export_run(const std::filesystem::path& run, const std::filesystem::path& out,
                           bool overwrite, const Abstention& abstention) {
  if (std::filesystem::is_directory(out)) {
    throw Error(ErrorKind::kUsage, out.string(), "is a folder; expected a file such as model.pt");
  }
  if (std::filesystem::exists(out) && !overwrite) {
    throw Error(ErrorKind::kUsage, out.string(),
                "exists; choose another name, or use --overwrite to replace it");
  }
  LoadedRun loaded = load_run(run);
  ArchiveMetadata metadata;
  metadata.sequent_version = version();
  metadata.created = utc_now();
  metadata.config = loaded.text.config;
  metadata.vocabulary = loaded.text.vocabulary;
  metadata.labels = loaded.text.labels;
  metadata.validation_report = loaded.manifest.validation_report;
  if (abstention.precision || abstention.coverage) {
    const Task& task = loaded.text.config.task;
    const Report validation = report_from_json(loaded.manifest.validation_report, task);
    metadata.validation_report =
        report_to_json(definition_of(task).with_abstention(validation, abstention), /*indent=*/-1);
  }
  export_model(*loaded.model, metadata, real_probes(loaded, RunFolder{run}), out);
  return metadata;
}

}  // namespace sequent
