#include "train/row_predictions.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "data/splits.h"
#include "infer/archive.h"
#include "tasks/task_definition.h"
#include "train/labelled_rows.h"
#include "train/load_run.h"
#include "train/prepare_and_learn.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Errors: Usage for a model of another kind.
void require_row_outputs(const Config& config, const std::filesystem::path& model) {
  const TargetKind target = definition_of(config).target();
  if (target == TargetKind::kLabel || target == TargetKind::kLabelSet ||
      target == TargetKind::kNumbers) {
    return;
  }
  throw Error(ErrorKind::kUsage, model.string(),
              "is " + definition_of(config).title() +
                  "; expected a model that predicts labels or numbers for each row");
}

/// A model and how to use it.
struct RowModel {
  const Config& config;
  const LabelSet& labels;
  const std::string& validation_report;
};

std::vector<float> outputs_of(SequenceModel model, const EncodedDataset& rows, int threads) {
  model->eval();
  WorkerPool pool(std::move(model), torch::kCPU, threads);
  return pool.predict(rows);
}

RowPredictions predict(SequenceModel model, const RowModel& how, EncodedDataset rows, int threads) {
  RowPredictions result;
  result.target = definition_of(how.config).target();
  result.labels = how.labels;
  result.rows = std::move(rows);
  result.target_origin = how.config.data.target_origin;
  result.source = {"", how.config.data.format, result.target, features_of(how.config.input)};
  if (result.target == TargetKind::kLabelSet) {
    result.thresholds = report_calibration(how.validation_report, how.config.task);
  }
  result.outputs = outputs_of(std::move(model), result.rows, threads);
  return result;
}

RowPredictions predict_file(SequenceModel model, const RowModel& how, const Vocabulary& vocabulary,
                            const std::string& file, const EvaluateOptions& options) {
  SplitRows split = read_labelled_rows(file, how.config, vocabulary, how.labels, options);
  RowPredictions result = predict(std::move(model), how, std::move(split.rows), options.threads);
  result.source.file = file;
  if (options.format) result.source.format = *options.format;
  result.skipped = split.skipped;
  result.records.reserve(split.notes.size());
  for (const RowNote& note : split.notes) result.records.push_back(note.record);
  return result;
}

/// Returns the numbers of a part's rows in the training file.
std::vector<std::int64_t> records_of(Part part, const Config& config) {
  const std::vector<Part> parts = read_parts(config, static_cast<int>(config.runtime.workers));
  std::vector<std::int64_t> records;
  for (std::size_t row = 0; row < parts.size(); ++row) {
    if (parts[row] == part) records.push_back(static_cast<std::int64_t>(row));
  }
  return records;
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

bool RowPredictions::predicts(std::int64_t row, std::int64_t label) const {
  constexpr double kMiddle = 0.5;
  const auto at = static_cast<std::size_t>(label);
  return of(row)[at] >= (thresholds.empty() ? kMiddle : thresholds[at]);
}

double RowPredictions::number(std::int64_t row, std::int64_t column) const {
  const auto at = static_cast<std::size_t>(column);
  return of(row)[at] + (target_origin.empty() ? 0 : target_origin[at]);
}

double RowPredictions::true_number(std::int64_t row, std::int64_t column) const {
  const auto at = static_cast<std::size_t>(column);
  return rows.targets(row)[at] + (target_origin.empty() ? 0 : target_origin[at]);
}

RowPredictions predict_rows(const std::filesystem::path& run_or_model, const std::string& file,
                            const EvaluateOptions& options) {
  if (std::filesystem::is_directory(run_or_model)) {
    const LoadedRun run = load_run(run_or_model);
    const RunText& text = run.text;
    require_row_outputs(text.config, run_or_model);
    return predict_file(run.model, {text.config, text.labels, run.manifest.validation_report},
                        text.vocabulary, file, options);
  }
  const LoadedArchive archive = load_archive(run_or_model);
  const ArchiveMetadata& metadata = archive.metadata;
  require_row_outputs(metadata.config, run_or_model);
  RowPredictions result = predict_file(
      trainable_model(archive), {metadata.config, metadata.labels, metadata.validation_report},
      metadata.vocabulary, file, options);
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
  require_row_outputs(read_run_text(RunFolder{folder}).config, folder);
  const LoadedRun run = load_run(folder);
  Config config = run.text.config;
  PreparedData data =
      prepare_and_learn(config, RunFolder{folder}.cache(),
                        config.training.init_from ? run.text.vocabulary : Vocabulary());
  if (!same_files(data.sources, run.manifest.sources) || data.labels != run.text.labels) {
    throw Error(ErrorKind::kData, folder.string(),
                "its data have changed since training; name a labelled file instead");
  }
  const bool is_test = which == RunRows::kTest;
  if (is_test && !data.test) {
    throw Error(ErrorKind::kUsage, folder.string(),
                "has no test rows; name a labelled file instead");
  }
  const RowModel how{config, run.text.labels, run.manifest.validation_report};
  const HeldOutSource chosen = is_test ? config.data.test.value() : config.data.validation;
  RowPredictions result;
  if (const auto* file = std::get_if<std::string>(&chosen)) {
    EvaluateOptions options;
    options.threads = threads;
    result = predict_file(run.model, how, run.text.vocabulary, config.resolve_path(*file).string(),
                          options);
  } else {
    result =
        predict(run.model, how, std::move(is_test ? data.test.value() : data.validation), threads);
    result.source.file = split_files(config).front().path;
    result.records = records_of(is_test ? Part::kTest : Part::kValidation, config);
    result.chosen = chosen;
  }
  result.sources = std::move(data.sources);
  result.duplicates = config.data.duplicates;
  return result;
}

}  // namespace sequent
