#include "train/start_vectors.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include "data/word_vectors.h"
#include "runtime/rows.h"
#include "sequent/log.h"
#include "sequent/tags.h"

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
      if (id != Vocabulary::kPad) ++read;  // what fills rows up, or parts a pair
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

/// Copies what the file has into the table's rows. What was found, for the report.
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
    const auto& embedding = dynamic_cast<EmbeddingImpl&>(*model.layers()[i]);
    load(spec->vectors, embedding.weight);
    for (std::size_t part = 0; part < spec->beside.size(); ++part) {
      const auto* table = std::get_if<TableSpec>(&spec->beside[part]);
      if (table == nullptr) continue;
      load(table->vectors, dynamic_cast<EmbeddingImpl&>(*embedding.beside()[part]).weight);
    }
  }
  return found;
}

void load_spellings(const Vocabulary& vocabulary, SequenceModelImpl& model) {
  for (const auto& layer : model.layers()) {
    const auto* embedding = dynamic_cast<const EmbeddingImpl*>(layer.get());
    CharactersImpl* characters = embedding == nullptr ? nullptr : embedding->characters();
    if (characters == nullptr) continue;
    std::vector<std::string_view> words(vocabulary.tokens().begin(), vocabulary.tokens().end());
    std::fill_n(words.begin(), Vocabulary::kReserved, "");  // names, not words of the text
    const torch::NoGradGuard no_gradient;
    characters->spellings.narrow(0, 0, vocabulary.size())
        .copy_(spellings_of(words, characters->spellings.size(1)));
  }
}

void order_labels(const PreparedData& data, SequenceModelImpl& model) {
  auto* layer = dynamic_cast<OrdinalImpl*>(model.layers().back().get());
  if (layer != nullptr) layer->set_ranks(ranks_of(model.config().config, data.labels));
}

void forbid_transitions(const PreparedData& data, SequenceModelImpl& model) {
  CrfImpl* crf = model.crf_head();
  if (crf == nullptr) return;
  const TagSet tags(data.labels.names());
  std::int64_t broken = 0;
  for (std::int64_t row = 0; row < data.train.size(); ++row) {
    std::int32_t before = TagSet::kEdge;
    bool whole = true;
    for (const std::int32_t tag : data.train.tags(row)) {
      whole = whole && tags.may_follow(before, tag);
      before = tag;
    }
    broken += whole && tags.may_follow(before, TagSet::kEdge) ? 0 : 1;
  }
  if (broken == 0) return crf->forbid(tags);
  log_warning(std::to_string(broken) + " of " + std::to_string(data.train.size()) +
              " training rows break the scheme of their tags, such as an I without its B: the crf "
              "may as well");
}

}  // namespace sequent
