#include "train/row_predictions.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "infer/archive.h"
#include "tasks/task_definition.h"
#include "train/labelled_rows.h"
#include "train/load_run.h"
#include "train/prepare_and_learn.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Errors: Usage for a model of another kind.
TargetKind predicted_kind(const Config& config, const std::filesystem::path& model) {
  const TargetKind target = definition_of(config).target();
  if (target == TargetKind::kLabel || target == TargetKind::kNumbers) return target;
  throw Error(ErrorKind::kUsage, model.string(),
              "is " + definition_of(config).title() +
                  "; expected a model that predicts one label, or numbers, for each row");
}

std::vector<float> outputs_of(SequenceModel model, const EncodedDataset& rows, int threads) {
  model->eval();
  WorkerPool pool(std::move(model), torch::kCPU, threads);
  return pool.predict(rows);
}

RowPredictions predict(SequenceModel model, const Config& config, const LabelSet& labels,
                       EncodedDataset rows, int threads) {
  RowPredictions result;
  result.target = definition_of(config).target();
  result.labels = labels;
  result.rows = std::move(rows);
  result.target_origin = config.data.target_origin;
  result.outputs = outputs_of(std::move(model), result.rows, threads);
  return result;
}

}  // namespace

bool same_files(const std::vector<SourceFile>& a, const std::vector<SourceFile>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const SourceFile& one, const SourceFile& other) {
        return one.role == other.role && one.checksum == other.checksum && one.rows == other.rows;
      });
}

std::int64_t RowPredictions::predicted(std::int64_t row) const {
  const std::span<const float> all = of(row);
  return std::max_element(all.begin(), all.end()) - all.begin();
}

const std::string& RowPredictions::label_name(std::int64_t label) const {
  if (label >= 0) return labels.names()[static_cast<std::size_t>(label)];
  return rows.unseen().labels[static_cast<std::size_t>(-label) - 1];
}

RowPredictions predict_rows(const std::filesystem::path& run_or_model, const std::string& file,
                            const EvaluateOptions& options) {
  if (std::filesystem::is_directory(run_or_model)) {
    const LoadedRun run = load_run(run_or_model);
    const RunText& text = run.text;
    predicted_kind(text.config, run_or_model);
    return predict(run.model, text.config, text.labels,
                   read_labelled_rows(file, text.config, text.vocabulary, text.labels, options),
                   options.threads);
  }
  const LoadedArchive archive = load_archive(run_or_model);
  const ArchiveMetadata& metadata = archive.metadata;
  predicted_kind(metadata.config, run_or_model);
  RowPredictions result = predict(
      trainable_model(archive), metadata.config, metadata.labels,
      read_labelled_rows(file, metadata.config, metadata.vocabulary, metadata.labels, options),
      options.threads);
  std::vector<std::vector<float>> outputs{std::move(result.outputs)};
  for (std::int64_t member = 1; member < metadata.members; ++member) {
    outputs.push_back(outputs_of(trainable_model(archive, member), result.rows, options.threads));
  }
  result.outputs = mean_outputs(outputs);
  return result;
}

std::vector<float> mean_outputs(const std::vector<std::vector<float>>& outputs) {
  std::vector<float> mean = outputs.front();
  if (outputs.size() == 1) return mean;
  for (const std::vector<float>& one : std::span(outputs).subspan(1)) {
    std::ranges::transform(mean, one, mean.begin(), std::plus());
  }
  const auto count = static_cast<float>(outputs.size());
  for (float& value : mean) value /= count;
  return mean;
}

RowPredictions predict_held_out(const std::filesystem::path& folder, RunRows which, int threads) {
  check_finished(RunFolder{folder});
  predicted_kind(read_run_text(RunFolder{folder}).config, folder);
  return held_out_outputs(folder, which, threads);
}

RowPredictions held_out_outputs(const std::filesystem::path& folder, RunRows which, int threads) {
  const LoadedRun run = load_run(folder);
  Config config = run.text.config;
  PreparedData data =
      prepare_and_learn(config, RunFolder{folder}.cache(),
                        config.training.init_from ? run.text.vocabulary : Vocabulary());
  if (!same_files(data.sources, run.manifest.sources) || data.labels != run.text.labels) {
    throw Error(ErrorKind::kData, folder.string(),
                "its data have changed since training; name a labelled file instead");
  }
  if (which == RunRows::kTest && !data.test) {
    throw Error(ErrorKind::kUsage, folder.string(),
                "has no test rows; name a labelled file instead");
  }
  EncodedDataset rows =
      which == RunRows::kTest ? std::move(*data.test) : std::move(data.validation);
  RowPredictions result = predict(run.model, config, run.text.labels, std::move(rows), threads);
  result.sources = std::move(data.sources);
  result.chosen = which == RunRows::kTest ? config.data.test : config.data.validation;
  if (std::holds_alternative<std::string>(*result.chosen)) result.chosen.reset();
  result.duplicates = config.data.duplicates;
  return result;
}

}  // namespace sequent
