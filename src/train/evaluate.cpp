#include <algorithm>

#include "core/thread_pool.h"
#include "infer/archive.h"
#include "infer/engine.h"
#include "infer/graph.h"
#include "runtime/thread_setup.h"
#include "sequent/trainer.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"
#include "train/load_run.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Returns the labelled rows, encoded for this model.
EncodedDataset read_rows(const std::string& file, const Config& config,
                         const Vocabulary& vocabulary, const LabelSet& labels,
                         const EvaluateOptions& options) {
  const DataFormat& format = options.format ? *options.format : config.data.format;
  const bool numeric = std::holds_alternative<NumericInput>(config.input);
  const TargetKind target = definition_of(config).target();
  const bool tags = target == TargetKind::kTags;
  if (tags != is_tagged(format)) {
    throw Error(ErrorKind::kUsage, file,
                tags ? "the model is a tagger; the format must be conll or tokens"
                     : "the format has tagged tokens, but the model is not a tagger");
  }
  if (numeric != is_numeric(format)) {
    throw Error(ErrorKind::kUsage, file,
                numeric ? "the model reads numbers; the format must be series, windows or ucr"
                        : "the model reads text; the format cannot be series, windows or ucr");
  }
  training_task(config).check_options(options);
  if (target != TargetKind::kNextTokens && std::holds_alternative<LinesFormat>(format)) {
    throw Error(ErrorKind::kUsage, file,
                "the lines format has no labels, and the model is not a language model");
  }
  const UnseenLabels unseen = options.unseen_labels.value_or(config.data.unseen_labels);
  if (const auto error = definition_of(config).unseen_labels_error(config, unseen)) {
    throw Error(ErrorKind::kUsage, "unseen labels", *error);
  }
  return encode_file(file, format, encoder_spec(config), vocabulary, labels, unseen,
                     options.threads);
}

/// Returns a trainable model with the archive's weights.
SequenceModel model_of(const LoadedArchive& archive) {
  const torch::NoGradGuard no_gradient;
  SequenceModel model(archive.config);
  for (auto& named : model->named_parameters()) {
    const std::span<const float> values = archive.weights(named.key());
    std::copy(values.begin(), values.end(), named.value().data_ptr<float>());
  }
  return model;
}

Report evaluate_run(const std::filesystem::path& folder, const std::string& file,
                    const EvaluateOptions& options) {
  const LoadedRun run = load_run(folder);
  const RunText& text = run.text;
  const EncodedDataset data = read_rows(file, text.config, text.vocabulary, text.labels, options);
  const std::vector<double> calibration =
      report_calibration(run.manifest.validation_report, text.config.task);
  const MeasuredRows rows{text.labels, data, calibration, text.vocabulary};
  const TrainingTask& task = training_task(text.config);
  SequenceModel model = run.model;
  if (options.dynamic_rate) return task.measure_dynamically(*model, rows, options);
  WorkerPool pool(model, torch::kCPU, options.threads);
  return task.measure(pool, rows);
}

Report evaluate_archive(const std::filesystem::path& path, const std::string& file,
                        const EvaluateOptions& options) {
  const LoadedArchive archive = load_archive(path);
  const ArchiveMetadata& metadata = archive.metadata;
  const EncodedDataset data =
      read_rows(file, metadata.config, metadata.vocabulary, metadata.labels, options);
  const std::vector<double> calibration =
      report_calibration(metadata.validation_report, metadata.config.task);
  const MeasuredRows rows{metadata.labels, data, calibration, metadata.vocabulary};
  const TrainingTask& task = training_task(metadata.config);
  if (options.dynamic_rate) return task.measure_dynamically(*model_of(archive), rows, options);
  const TorchScriptEngine engine(make_graph(archive), archive.config);
  ThreadPool pool(options.threads, enter_compute_thread);
  return task.measure_archive({archive, engine, pool}, rows);
}

}  // namespace

Report evaluate(const std::filesystem::path& run_or_model, const std::string& data,
                const EvaluateOptions& options) {
  warn_about_slow_blas();
  return std::filesystem::is_directory(run_or_model)
             ? evaluate_run(run_or_model, data, options)
             : evaluate_archive(run_or_model, data, options);
}

}  // namespace sequent
