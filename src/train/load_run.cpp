#include "train/load_run.h"

#include "core/files.h"
#include "sequent/error.h"
#include "train/tensor_file.h"

namespace sequent {

LoadedRun load_run(const std::filesystem::path& folder) {
  const RunFolder run{folder};
  LoadedRun loaded{read_manifest(run), read_run_text(run), nullptr};
  const std::string found = checksum_file(run.best_weights());
  if (found != loaded.manifest.weights_checksum) {
    throw Error(ErrorKind::kArtifact, run.best_weights().string(),
                "is damaged: its checksum is " + found + ", the manifest says " +
                    loaded.manifest.weights_checksum);
  }
  const ResolvedConfig resolved =
      resolve(loaded.text.config, loaded.text.vocabulary.size(), loaded.text.labels.size());
  loaded.model = SequenceModel(resolved);
  load_tensors(run.best_weights(), weights_of(*loaded.model));
  loaded.model->eval();
  return loaded;
}

}  // namespace sequent
