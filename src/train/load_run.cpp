#include "train/load_run.h"

#include "core/files.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"
#include "train/tensor_file.h"

namespace sequent {
namespace {

void check_sum(const std::string& file, const std::string& found, const std::string& expected) {
  if (found == expected) return;
  throw Error(ErrorKind::kArtifact, file,
              "has changed since training: found checksum " + found + "; the manifest expects " +
                  expected + "; restore the file or train again");
}

}  // namespace

LoadedRun load_run(const std::filesystem::path& folder) {
  const RunFolder run{folder};
  check_finished(run);
  const RunText text = read_run_text(run);
  LoadedRun loaded{folder, read_manifest(run, text.config.task), text, nullptr};
  check_sum(run.best_weights().string(), checksum_file(run.best_weights()),
            loaded.manifest.weights_checksum);
  check_sum(run.vocabulary().string() + " or labels.txt", run_text_checksum(run),
            loaded.manifest.text_checksum);
  const ResolvedConfig resolved =
      resolve(loaded.text.config, loaded.text.vocabulary, loaded.text.labels);
  loaded.model = SequenceModel(resolved);
  load_tensors(run.best_weights(), weights_of(*loaded.model));
  const Task& task = text.config.task;
  training_task(task).apply_calibration(report_calibration(loaded.manifest.validation_report, task),
                                        *loaded.model);
  loaded.model->eval();
  return loaded;
}

}  // namespace sequent
