#include "core/thread_pool.h"
#include "infer/archive.h"
#include "libtorch/compute_threads.h"
#include "sequent/trainer.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"
#include "torchscript/engine.h"
#include "torchscript/graph.h"
#include "train/labelled_rows.h"
#include "train/load_run.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

Report evaluate_run(const std::filesystem::path& folder, const std::string& file,
                    const EvaluateOptions& options) {
  const LoadedRun run = load_run(folder);
  const RunText& text = run.text;
  const EncodedDataset data =
      read_labelled_rows(file, text.config, text.vocabulary, text.labels, options).rows;
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
      read_labelled_rows(file, metadata.config, metadata.vocabulary, metadata.labels, options).rows;
  const std::vector<double> calibration =
      report_calibration(metadata.validation_report, metadata.config.task);
  const MeasuredRows rows{metadata.labels, data, calibration, metadata.vocabulary};
  const TrainingTask& task = training_task(metadata.config);
  if (options.dynamic_rate)
    return task.measure_dynamically(*trainable_model(archive), rows, options);
  const TorchScriptEngine engine(make_graph(archive), graph_form(archive.config));
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
