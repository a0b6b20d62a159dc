#include "train/ensemble.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "sequent/error.h"
#include "tasks/task_definition.h"
#include "text/text_table.h"
#include "train/start_vectors.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& run, const std::string& message) {
  throw Error(ErrorKind::kUsage, run.string(), message);
}

/// Whether an option, by its JSON pointer, changes what a trained model computes from its weights.
bool changes_predictions(const std::string& pointer) {
  if (pointer.ends_with("/vectors")) return false;  // a file that was read before training
  const auto is_below = [&](const char* parent) { return pointer.starts_with(parent); };
  return is_below("/task") || is_below("/input") || is_below("/model") ||
         pointer == "/data/origin" || pointer == "/data/target_origin";
}

/// Describes the names that only one of two lists has.
std::string difference_of(std::vector<std::string> own, std::vector<std::string> other) {
  std::sort(own.begin(), own.end());
  std::sort(other.begin(), other.end());
  std::vector<std::string> only_own;
  std::vector<std::string> only_other;
  std::ranges::set_difference(own, other, std::back_inserter(only_own));
  std::ranges::set_difference(other, own, std::back_inserter(only_other));
  std::string text;
  if (!only_own.empty()) text += "; only this run has " + list_some(only_own);
  if (!only_other.empty()) text += "; it lacks " + list_some(only_other);
  return text;
}

/// Errors: Usage if the outputs of two runs cannot be averaged.
void check_alike(const LoadedRun& first, const LoadedRun& run) {
  for (const std::string& pointer : config_differences(first.text.config, run.text.config)) {
    if (!changes_predictions(pointer)) continue;
    refuse(run.folder, "its config differs from that of " + first.folder.string() + " at " +
                           pointer +
                           "; models can be averaged if they have the same input and "
                           "layers");
  }
  if (run.text.labels == first.text.labels) return;
  refuse(run.folder, "its labels differ from those of " + first.folder.string() +
                         difference_of(run.text.labels.names(), first.text.labels.names()) +
                         "; models can be averaged if their labels are the same");
}

/// Returns the tokens of all runs; those of the first run keep their ids.
Vocabulary joined_vocabulary(const std::vector<LoadedRun>& runs) {
  std::vector<std::string> tokens;
  std::set<std::string_view> known;
  for (const LoadedRun& run : runs) {
    const std::vector<std::string>& own = run.text.vocabulary.tokens();
    for (auto token = own.begin() + Vocabulary::kReserved; token != own.end(); ++token) {
      if (known.insert(*token).second) tokens.push_back(*token);
    }
  }
  return Vocabulary(std::move(tokens));
}

/// Returns for each id of `whole` the id of the same token in `own`.
torch::Tensor ids_in(const Vocabulary& own, const Vocabulary& whole) {
  std::vector<std::int64_t> ids;
  ids.reserve(whole.tokens().size());
  for (std::int64_t id = 0; id < whole.size(); ++id) {
    const bool is_reserved = id < Vocabulary::kReserved;
    ids.push_back(is_reserved ? id : own.id(whole.tokens()[static_cast<std::size_t>(id)]));
  }
  return torch::tensor(ids, torch::kInt64);
}

/// Returns a model that predicts for the ids of `whole` what the run's model predicts for its own.
SequenceModel with_vocabulary(const LoadedRun& run, const ResolvedConfig& config,
                              const Vocabulary& whole) {
  if (run.text.vocabulary == whole) return run.model;
  const torch::NoGradGuard no_gradient;
  SequenceModel model(config);
  const torch::Tensor ids = ids_in(run.text.vocabulary, whole);
  for (std::size_t layer = 0; layer < model->layers().size(); ++layer) {
    const auto* embedding = model->layer_as<EmbeddingImpl>(layer);
    const auto own = run.model->layers()[layer]->named_parameters();
    for (const auto& named : model->layers()[layer]->named_parameters()) {
      const torch::Tensor& to = named.value();
      const torch::Tensor& from = own[named.key()];
      if (embedding != nullptr && embedding->has_table(to)) {
        to.narrow(0, 0, whole.size()).copy_(from.index_select(0, ids));
      } else if (!named.key().ends_with("spellings")) {
        to.copy_(from);
      }
    }
  }
  load_spellings(whole, *model);
  model->eval();
  return model;
}

}  // namespace

std::optional<std::string> no_average_reason(const Config& config, bool same_vocabulary) {
  const TaskDefinition& task = definition_of(config);
  if (!task.has_average()) {
    return "the outputs of " + task.title() +
           " cannot be averaged; only those of classification, multi_label and regression can";
  }
  if (same_vocabulary) return std::nullopt;
  const auto has_ngrams = [](const LayerSpec& layer) {
    const auto* embedding = std::get_if<EmbeddingSpec>(&layer);
    return embedding != nullptr && embedding->has_ngrams();
  };
  if (std::ranges::none_of(config.model.layers, has_ngrams)) return std::nullopt;
  return "the embedding has n-grams, whose vectors depend on the ids of the vocabulary, and the "
         "vocabularies differ; average runs with other seeds on the same rows instead";
}

Ensemble load_ensemble(const std::vector<fs::path>& runs) {
  Ensemble ensemble;
  std::set<fs::path> known;
  ensemble.runs.reserve(runs.size());
  for (const fs::path& run : runs) {
    ensemble.runs.push_back(load_run(run));
    if (!known.insert(fs::canonical(run)).second) refuse(run, "is named twice; name it once");
    check_alike(ensemble.runs.front(), ensemble.runs.back());
  }
  if (runs.size() < 2 || std::ssize(runs) > ArchiveMetadata::kMostMembers) {
    throw Error(ErrorKind::kUsage, "runs to average",
                "found " + std::to_string(runs.size()) + "; expected 2 to " +
                    std::to_string(ArchiveMetadata::kMostMembers));
  }
  const RunText& first = ensemble.runs.front().text;
  const bool same_vocabulary = std::ranges::all_of(
      ensemble.runs, [&](const LoadedRun& run) { return run.text.vocabulary == first.vocabulary; });
  if (const auto reason = no_average_reason(first.config, same_vocabulary)) {
    refuse(ensemble.runs.front().folder, *reason);
  }
  ensemble.vocabulary = joined_vocabulary(ensemble.runs);
  const ResolvedConfig config = resolve(first.config, ensemble.vocabulary, first.labels);
  ensemble.models.reserve(runs.size());
  for (const LoadedRun& run : ensemble.runs) {
    ensemble.models.push_back(with_vocabulary(run, config, ensemble.vocabulary));
  }
  return ensemble;
}

}  // namespace sequent
