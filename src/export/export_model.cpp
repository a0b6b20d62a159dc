#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <sstream>

#include "core/files.h"
#include "core/parameter_names.h"
#include "core/random.h"
#include "infer/archive.h"
#include "infer/engine.h"
#include "infer/fused_engine.h"
#include "infer/graph.h"
#include "runtime/thread_setup.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/text.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"

namespace sequent {
namespace {

/// If tokens are predicted, logits have such a wide range that rounding them changes a probability
/// more than in other models.
double allowed_difference(const Config& config) {
  constexpr double kGreatestDifference = 1e-5;
  constexpr double kOfTokens = 1e-4;
  return definition_of(config).predicts_tokens() ? kOfTokens : kGreatestDifference;
}

torch::jit::Module make_script(SequenceModelImpl& model) {
  GraphWeights weights;
  for (const auto& parameter : model.named_parameters()) {
    weights.emplace_back(script_parameter_name(parameter.key()),
                         parameter.value().detach().to(torch::kCPU).contiguous().clone());
  }
  return make_graph(model.config(), weights);
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

/// Adds random rows: one of a single step, one of the greatest length, and others in between.
void add_edge_rows(const ResolvedConfig& config, EncodedDataset& rows) {
  const std::int64_t longest =
      std::min(max_length(config.config.input), training_task(config.config).probe_rows().longest);
  const auto* numeric = std::get_if<NumericInput>(&config.config.input);
  const RandomStream random(0, RandomPurpose::kProbe);
  std::uint64_t counter = 0;
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
    rows.add({ids, values, numeric == nullptr ? 0 : numeric->channels}, std::int32_t{0});
  }
  const std::int32_t empty = Vocabulary::kEmpty;
  if (has_two_texts(config.config)) {
    std::vector<std::int32_t> ids{empty};
    make_pair(ids);
    rows.add(ids, 0);
  }
  if (numeric != nullptr || has_two_texts(config.config)) return;
  rows.add(std::span(&empty, 1), 0);
  if (config.config.characters() == nullptr) return;
  const std::vector<std::string> words{"x", std::string(2000, 'y'), "\xE4\xB8\xAD"};
  const std::vector<std::int32_t> spelled{-1, empty, -2, -1, -3};
  rows.add(InputRow{spelled, {}, 0, words}, std::int32_t{0});
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
void prove_parity(SequenceModelImpl& model, const EncodedDataset& rows,
                  const LoadedArchive& exported, ArchiveMetadata& metadata) {
  const torch::NoGradGuard no_gradient;
  const ComputeScope scope;
  const Config& config = model.config().config;
  const TorchScriptEngine graph(trusted_graph(exported), model.config());
  const FusedEngine fused(model.config(), exported.weights, FusedOptions{});
  const TrainingTask& task = training_task(config);
  const ParityCheck check{model, graph, &fused, allowed_difference(config)};
  Checksum digest;
  metadata.parity_difference = 0;
  metadata.parity_rows = rows.size();
  for (const EncodedRows& batch : probe_batches(rows, task.probe_rows().together)) {
    for (const InputRow& row : batch) {
      digest.add({reinterpret_cast<const char*>(row.ids.data()), row.ids.size_bytes()});
      digest.add({reinterpret_cast<const char*>(row.values.data()), row.values.size_bytes()});
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

}  // namespace

void export_model(SequenceModelImpl& model, ArchiveMetadata& metadata, const EncodedDataset& probes,
                  const std::filesystem::path& file) {
  if (!model.parameters().front().device().is_cpu()) {
    throw Error(ErrorKind::kUsage, file.string(),
                "the model is on a GPU; move it to the CPU first");
  }
  EncodedDataset rows;
  add_edge_rows(model.config(), rows);
  const ProbeRows form = training_task(model.config().config).probe_rows();
  const auto longest = static_cast<std::size_t>(form.longest);
  for (std::int64_t i = 0; i < probes.size(); ++i) {
    InputRow row = probes.row(i);
    if (form.shortens && row.ids.size() > longest) row.ids = row.ids.first(longest);
    rows.add(row, std::int32_t{0});
  }
  const torch::jit::Module script = make_script(model);
  // Verify the archive that users will load, not the module in memory. The result is stored in the
  // archive itself, so it is computed on a draft, and the final archive is loaded once more.
  metadata.weights_checksum = weights_checksum(script);
  metadata.records_checksum.clear();
  const std::string draft = archive_bytes(script, metadata);
  prove_parity(model, rows, load_bytes(draft, file), metadata);
  metadata.records_checksum =
      records_checksum(ZipRecords(std::as_bytes(std::span<const char>(draft)), file.string()));
  const std::string bytes = archive_bytes(script, metadata);
  load_bytes(bytes, file);
  write_file_whole(file, bytes);
}

}  // namespace sequent
