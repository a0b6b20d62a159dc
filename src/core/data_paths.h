// Updates the paths in a config when the config moves to another folder.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>

#include "sequent/config.h"

namespace sequent {

/// Replaces each data path (training, validation and test files, pretrained vectors, the run to
/// start from) with the result of `change`.
template <class Change>
void change_data_paths(Config& config, const Change& change) {
  for (LayerSpec& layer : config.model.layers) {
    auto* embedding = std::get_if<EmbeddingSpec>(&layer);
    if (embedding == nullptr) continue;
    if (embedding->vectors) embedding->vectors = change(*embedding->vectors);
    for (ConcatSpec& part : embedding->concat) {
      auto* table = std::get_if<TableSpec>(&part);
      if (table != nullptr && table->vectors) table->vectors = change(*table->vectors);
    }
  }
  if (config.training.init_from) config.training.init_from = change(*config.training.init_from);
  DataSpec& data = config.data;
  data.train = change(data.train);
  const auto change_file = [&](HeldOutSource& source) {
    if (auto* file = std::get_if<std::string>(&source)) *file = change(*file);
  };
  change_file(data.validation);
  if (data.test) change_file(*data.test);
}

}  // namespace sequent
