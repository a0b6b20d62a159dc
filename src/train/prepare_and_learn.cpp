#include "train/prepare_and_learn.h"

namespace sequent {

PreparedData prepare_and_learn(Config& config, const std::filesystem::path& cache_folder,
                               const Vocabulary& known) {
  PreparedData data =
      prepare_data(config, cache_folder, static_cast<int>(config.runtime.workers), known);
  data.learned.fill(config);
  return data;
}

}  // namespace sequent
