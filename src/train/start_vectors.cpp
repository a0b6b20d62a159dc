#include "train/start_vectors.h"

#include <cmath>
#include <sstream>

#include "data/word_vectors.h"
#include "sequent/log.h"

namespace sequent {
namespace {

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0
             ? 0
             : std::round(1000.0 * static_cast<double>(part) / static_cast<double>(whole)) / 10;
}

std::string coverage(const WordVectors& vectors, const EncodedDataset& train) {
  std::int64_t covered = 0;
  for (std::int64_t row = 0; row < train.size(); ++row) {
    for (const std::int32_t id : train.ids(row)) {
      if (vectors.found[static_cast<std::size_t>(id)]) ++covered;
    }
  }
  const auto tokens = static_cast<std::int64_t>(vectors.found.size());
  std::ostringstream text;
  text << vectors.found_count << " of " << tokens << " tokens ("
       << percent(vectors.found_count, tokens) << " %), " << percent(covered, train.token_count())
       << " % of the training text";
  return text.str();
}

}  // namespace

std::string load_vectors(const Config& config, const PreparedData& data, SequenceModelImpl& model) {
  std::string found;
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < config.model.layers.size(); ++i) {
    const auto* spec = std::get_if<EmbeddingSpec>(&config.model.layers[i]);
    if (spec == nullptr || !spec->vectors) continue;
    const std::string path = config.resolve_path(*spec->vectors).string();
    WordVectors vectors = read_word_vectors(path, data.vocabulary, spec->output_dim);
    torch::Tensor table = model.layers()[i]->named_parameters()["weight"];
    for (std::size_t id = 0; id < vectors.found.size(); ++id) {
      if (!vectors.found[id]) continue;
      const auto row = static_cast<std::int64_t>(id);
      table[row].copy_(torch::from_blob(vectors.values.data() + row * spec->output_dim,
                                        {spec->output_dim}, torch::kFloat32));
    }
    found = coverage(vectors, data.train);
    std::string said = path;
    said.append(": vectors for ").append(found);
    log_info(said);
  }
  return found;
}

}  // namespace sequent
