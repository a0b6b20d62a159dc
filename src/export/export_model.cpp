#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <sstream>

#include "core/files.h"
#include "core/parameter_names.h"
#include "core/random.h"
#include "infer/archive.h"
#include "infer/fused_engine.h"
#include "libtorch/compute_threads.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/text.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"
#include "torchscript/engine.h"
#include "torchscript/graph.h"

namespace sequent {
namespace {

/// If tokens are predicted, logits have such a wide range that rounding them changes a probability
/// more than in other models.
double allowed_difference(const Config& config) {
  constexpr double kGreatestDifference = 1e-5;
  constexpr double kOfTokens = 1e-4;
  return definition_of(config).predicts_tokens() ? kOfTokens : kGreatestDifference;
}

using Members = std::vector<SequenceModelImpl*>;

/// Returns the config of the archive.
ResolvedConfig config_of(const Members& members) {
  ResolvedConfig config = members.front()->config();
  config.members = std::ssize(members);
  return config;
}

torch::jit::Module make_script(const Members& members) {
  GraphWeights weights;
  for (std::size_t i = 0; i < members.size(); ++i) {
    for (const auto& parameter : members[i]->named_parameters()) {
      const std::string name =
          members.size() == 1 ? parameter.key()
                              : member_weight_name(static_cast<std::int64_t>(i), parameter.key());
      weights.emplace_back(script_parameter_name(name),
                           parameter.value().detach().to(torch::kCPU).contiguous().clone());
    }
  }
  return make_graph(torchscript_source(config_of(members)), weights);
}

/// Returns the checksum of the weights' bytes, in the order of their names.
std::string weights_checksum(const torch::jit::Module& module) {
  std::map<std::string, torch::Tensor> weights;
  for (const auto& named : module.named_parameters(/*recurse=*/false)) {
    weights[named.name] = named.value.contiguous();
  }
  Checksum sum;
  for (const auto& [name, weight] : weights) {
    sum.add({static_cast<const char*>(weight.data_ptr()), weight.nbytes()});
  }
  return sum.hex();
}

bool has_two_texts(const Config& config) {
  const RowForm form = row_form(config);
  return form.pairs || form.targets;
}

/// Appends a shorter second text with the same tokens.
void make_pair(std::vector<std::int32_t>& ids) {
  for (std::int32_t& id : ids) {
    if (id == Vocabulary::kPairBreak) id = Vocabulary::kUnknown;
  }
  const std::vector<std::int32_t> second(ids.begin() + static_cast<std::ptrdiff_t>(ids.size() / 2),
                                         ids.end());
  ids.push_back(Vocabulary::kPairBreak);
  ids.insert(ids.end(), second.begin(), second.end());
}

/// Returns random features of a row, as FeatureEncoder encodes them.
std::vector<float> random_features(const ResolvedConfig& config, const RandomStream& random,
                                   std::uint64_t row) {
  constexpr double kMost = 3;
  std::vector<float> values;
  std::uint64_t counter = 0;
  for (const FeatureSpec& feature : features_of(config.config.input)) {
    if (const auto* category = std::get_if<CategoryFeature>(&feature)) {
      const std::size_t ids = category->values.size() + kFirstCategory;
      values.push_back(static_cast<float>(random.at(row).below(ids, counter++)));
      continue;
    }
    const std::int64_t numbers = encoded_width(feature) - 1;
    for (std::int64_t i = 0; i < numbers; ++i) {
      values.push_back(static_cast<float>(2 * kMost * random.at(row).uniform(counter++) - kMost));
    }
    values.push_back(static_cast<float>(random.at(row).below(2, counter++)));  // is it missing?
  }
  return values;
}

/// Adds random rows: one of a single step, one of the greatest length, and others in between.
void add_edge_rows(const ResolvedConfig& config, EncodedDataset& rows) {
  const std::int64_t longest =
      std::min(max_length(config.config.input), training_task(config.config).probe_rows().longest);
  const auto* numeric = std::get_if<NumericInput>(&config.config.input);
  const RandomStream random(0, RandomPurpose::kProbe);
  std::uint64_t counter = 0;
  const auto add = [&](InputRow row) {
    const std::vector<float> features =
        random_features(config, random.at(1), static_cast<std::uint64_t>(rows.size()));
    row.features = features;
    rows.add(row, std::int32_t{0});
  };
  for (const std::int64_t length :
       {std::int64_t{1}, std::min<std::int64_t>(2, longest), (longest + 1) / 2, longest}) {
    std::vector<std::int32_t> ids;
    std::vector<float> values;
    for (std::int64_t t = 0; numeric == nullptr && t < length; ++t) {
      ids.push_back(static_cast<std::int32_t>(
          random.below(static_cast<std::uint64_t>(config.vocabulary_size), counter++)));
    }
    for (std::int64_t i = 0; numeric != nullptr && i < length * numeric->channels; ++i) {
      values.push_back(static_cast<float>(4 * random.uniform(counter++) - 2));
    }
    if (has_two_texts(config.config)) make_pair(ids);
    add({ids, values, numeric == nullptr ? 0 : numeric->channels});
  }
  const std::int32_t empty = Vocabulary::kEmpty;
  if (has_two_texts(config.config)) {
    std::vector<std::int32_t> ids{empty};
    make_pair(ids);
    add({ids, {}, 0});
  }
  if (numeric != nullptr || has_two_texts(config.config)) return;
  add({std::span(&empty, 1), {}, 0});
  if (config.config.characters() == nullptr) return;
  const std::vector<std::string> words{"x", std::string(2000, 'y'), "\xE4\xB8\xAD"};
  const std::vector<std::int32_t> spelled{-1, empty, -2, -1, -3};
  add({spelled, {}, 0, words});
}

/// Returns batches of all rows, and each of the first few rows on its own.
std::vector<EncodedRows> probe_batches(const EncodedDataset& rows, std::int64_t together) {
  constexpr std::int64_t kAlone = 8;
  std::vector<EncodedRows> batches;
  for (std::int64_t i = 0; i < rows.size(); ++i) {
    if (i % together == 0) batches.emplace_back();
    batches.back().push_back(rows.row(i));
  }
  for (std::int64_t i = 0; i < std::min(rows.size(), kAlone); ++i) {
    batches.push_back({rows.row(i)});
  }
  return batches;
}

/// Fills in the parity fields of the metadata. Errors: Internal if an engine differs from the
/// model.
void prove_parity(const Members& members, const EncodedDataset& rows, const LoadedArchive& exported,
                  ArchiveMetadata& metadata) {
  const torch::NoGradGuard no_gradient;
  const ComputeScope scope;
  const ResolvedConfig resolved = config_of(members);
  const Config& config = resolved.config;
  const TorchScriptEngine graph(trusted_graph(exported), graph_form(resolved));
  const FusedEngine fused(resolved, exported.weights, FusedOptions{});
  const TrainingTask& task = training_task(config);
  const ParityCheck check{*members.front(), graph, &fused, allowed_difference(config), members};
  Checksum digest;
  metadata.parity_difference = 0;
  metadata.parity_rows = rows.size();
  for (const EncodedRows& batch : probe_batches(rows, task.probe_rows().together)) {
    for (const InputRow& row : batch) {
      digest.add({reinterpret_cast<const char*>(row.ids.data()), row.ids.size_bytes()});
      digest.add({reinterpret_cast<const char*>(row.values.data()), row.values.size_bytes()});
      digest.add({reinterpret_cast<const char*>(row.features.data()), row.features.size_bytes()});
    }
    metadata.parity_difference =
        std::max(metadata.parity_difference, task.check_parity(check, batch));
  }
  metadata.parity_digest = digest.hex();
}

std::string archive_bytes(const torch::jit::Module& script, const ArchiveMetadata& metadata) {
  const torch::jit::ExtraFilesMap extra{
      {ArchiveMetadata::kFileName, archive_metadata_to_json(metadata)}};
  std::ostringstream bytes;
  script.save(bytes, extra);
  return bytes.str();
}

LoadedArchive load_bytes(const std::string& bytes, const std::filesystem::path& file) {
  return load_archive(std::as_bytes(std::span<const char>(bytes)), file.string());
}

/// Returns the rows on which the archive is compared with the models.
EncodedDataset probe_rows(const ResolvedConfig& config, const EncodedDataset& probes) {
  EncodedDataset rows;
  add_edge_rows(config, rows);
  const ProbeRows form = training_task(config.config).probe_rows();
  const auto longest = static_cast<std::size_t>(form.longest);
  for (std::int64_t i = 0; i < probes.size(); ++i) {
    InputRow row = probes.row(i);
    if (form.shortens && row.ids.size() > longest) row.ids = row.ids.first(longest);
    rows.add(row, std::int32_t{0});
  }
  return rows;
}

void export_members(const Members& members, ArchiveMetadata& metadata, const EncodedDataset& probes,
                    const std::filesystem::path& file) {
  for (SequenceModelImpl* model : members) {
    if (model->parameters().front().device().is_cpu()) continue;
    throw Error(ErrorKind::kUsage, file.string(),
                "the model is on a GPU; move it to the CPU first");
  }
  const EncodedDataset rows = probe_rows(members.front()->config(), probes);
  const torch::jit::Module script = make_script(members);
  // Verify the archive that users will load, not the module in memory. The result is stored in the
  // archive itself, so it is computed on a draft, and the final archive is loaded once more.
  metadata.members = std::ssize(members);
  metadata.weights_checksum = weights_checksum(script);
  metadata.records_checksum.clear();
  const std::string draft = archive_bytes(script, metadata);
  prove_parity(members, rows, load_bytes(draft, file), metadata);
  metadata.records_checksum =
      records_checksum(ZipRecords(std::as_bytes(std::span<const char>(draft)), file.string()));
  const std::string bytes = archive_bytes(script, metadata);
  load_bytes(bytes, file);
  write_file_whole(file, bytes);
}

}  // namespace

void export_model(SequenceModelImpl& model, ArchiveMetadata& metadata, const EncodedDataset& probes,
                  const std::filesystem::path& file) {
  export_members({&model}, metadata, probes, file);
}

void export_ensemble(const std::vector<SequenceModel>& models, ArchiveMetadata& metadata,
                     const EncodedDataset& probes, const std::filesystem::path& file) {
  if (models.size() < 2 || std::ssize(models) > ArchiveMetadata::kMostMembers) {
    throw Error(ErrorKind::kUsage, file.string(),
                "found " + std::to_string(models.size()) + " models to average; expected 2 to " +
                    std::to_string(ArchiveMetadata::kMostMembers));
  }
  Members members;
  members.reserve(models.size());
  for (const SequenceModel& model : models) members.push_back(model.ptr().get());
  export_members(members, metadata, probes, file);
}

}  // namespace sequent
