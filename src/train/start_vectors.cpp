#include "train/start_vectors.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "data/word_vectors.h"
#include "libtorch/row_tensors.h"
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
  std::int64_t read = 0;
  for (std::int64_t row = 0; row < train.size(); ++row) {
    for (const std::int32_t id : train.ids(row)) {
      if (id != Vocabulary::kPad) ++read;  // padding, or the separator of a pair
      if (id >= 0 && vectors.found[static_cast<std::size_t>(id)]) ++covered;
    }
  }
  const auto tokens = static_cast<std::int64_t>(vectors.found.size());
  std::ostringstream text;
  text << vectors.found_count << " of " << tokens << " tokens ("
       << percent(vectors.found_count, tokens) << " %), " << percent(covered, read)
       << " % of the training text";
  return text.str();
}

/// Copies the vectors of the file into the table's rows. Returns the coverage, for the report.
std::string fill_table(const std::string& path, const PreparedData& data,
                       const torch::Tensor& table) {
  const std::int64_t width = table.size(1);
  WordVectors vectors = read_word_vectors(path, data.vocabulary, width);
  for (std::size_t id = 0; id < vectors.found.size(); ++id) {
    if (!vectors.found[id]) continue;
    const auto row = static_cast<std::int64_t>(id);
    table[row].copy_(
        torch::from_blob(vectors.values.data() + row * width, {width}, torch::kFloat32));
  }
  std::string found = coverage(vectors, data.train);
  std::string said = path;
  said.append(": vectors for ").append(found);
  log_info(said);
  return found;
}

}  // namespace

std::string load_vectors(const Config& config, const PreparedData& data, SequenceModelImpl& model) {
  std::string found;
  const torch::NoGradGuard no_gradient;
  const auto load = [&](const std::optional<std::string>& vectors, const torch::Tensor& table) {
    if (!vectors) return;
    if (!found.empty()) found += "; ";
    found += fill_table(config.resolve_path(*vectors).string(), data, table);
  };
  for (std::size_t i = 0; i < config.model.layers.size(); ++i) {
    const auto* spec = std::get_if<EmbeddingSpec>(&config.model.layers[i]);
    if (spec == nullptr) continue;
    const EmbeddingImpl& embedding = *model.layer_as<EmbeddingImpl>(i);
    load(spec->vectors, embedding.weight);
    for (std::size_t part = 0; part < spec->concat.size(); ++part) {
      const auto* table = std::get_if<TableSpec>(&spec->concat[part]);
      if (table == nullptr) continue;
      load(table->vectors,
           std::get<std::shared_ptr<EmbeddingImpl>>(embedding.concat()[part])->weight);
    }
  }
  return found;
}

void load_spellings(const Vocabulary& vocabulary, SequenceModelImpl& model) {
  for (const EmbeddingImpl* embedding : model.find_all<EmbeddingImpl>()) {
    CharactersImpl* characters = embedding->characters();
    if (characters == nullptr) continue;
    std::vector<std::string_view> words(vocabulary.tokens().begin(), vocabulary.tokens().end());
    std::fill_n(words.begin(), Vocabulary::kReserved, "");  // reserved names, not words of the text
    const torch::NoGradGuard no_gradient;
    characters->spellings.narrow(0, 0, vocabulary.size())
        .copy_(spellings_of(words, characters->spellings.size(1)));
  }
}

}  // namespace sequent
