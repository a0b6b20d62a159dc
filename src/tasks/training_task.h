// The training side of a task: its batches, loss, evaluation and parity check. Its counterparts
// are task_definition.h and inference_task.h.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/rows.h"
#include "sequent/data.h"
#include "sequent/model.h"
#include "sequent/report.h"
#include "sequent/trainer.h"
#include "train/batching.h"
#include "train/losses.h"

namespace sequent {

class FusedEngine;
class ThreadPool;
class TorchScriptEngine;
class WorkerPool;
struct LoadedArchive;
struct LoadedRun;

/// The part of a batch that one worker computes.
struct BatchPart {
  const EncodedDataset& data;
  std::span<const std::int64_t> rows;
  Batch batch;            // the input of the rows
  double loss_units = 1;  // of the whole batch; see TrainingTask::loss_units
  double batch_rows = 1;  // number of rows of the whole batch
  std::optional<torch::ScalarType> products = std::nullopt;  // autocast type on a GPU, if any
};

/// The rows on which a model is evaluated.
struct MeasuredRows {
  const LabelSet& labels;
  const EncodedDataset& data;
  const std::vector<double>& calibration;  // see TaskDefinition::calibration
  const Vocabulary& vocabulary;
};

/// The archive that is evaluated.
struct MeasuredArchive {
  const LoadedArchive& archive;
  const TorchScriptEngine& engine;
  ThreadPool& pool;
};

/// The engines of an archive whose outputs are compared with those of the trained model.
struct ParityCheck {
  SequenceModelImpl& model;
  const TorchScriptEngine& graph;
  const FusedEngine* fused;                 // null if it cannot run this model
  double allowed;                           // the greatest difference that is accepted
  std::vector<SequenceModelImpl*> members;  // all models whose outputs are averaged; `model` first
};

/// The size of the rows that a parity check uses.
struct ProbeRows {
  std::int64_t longest = 1000;  // steps of random rows; longer rows verify nothing new
  std::int64_t together = 32;   // rows per batch
  bool shortens = false;        // whether rows of the data are truncated to `longest` too
};

/// The inference that `sequent bench` measures.
struct InferenceWork {
  std::string what;
  std::int64_t batch_tokens;
  std::function<void(const FusedEngine& engine, const EncodedRows& rows)> run;
};

/// The quality of a simple model that was trained on the same rows.
struct BaselineReports {
  std::string name;  // such as "n-gram baseline"
  Report validation;
  std::optional<Report> test;
};

/// Names and values, in order.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// Threads: a task has no state; all methods may be called from many at once.
class TrainingTask {
 public:
  TrainingTask() = default;
  TrainingTask(const TrainingTask&) = delete;
  TrainingTask& operator=(const TrainingTask&) = delete;
  virtual ~TrainingTask() = default;

  // ---- training

  /// Returns the batches of every epoch if all epochs have the same batches, and replaces
  /// `data.train` by the rows that they refer to. If the result is empty, each epoch draws its
  /// batches at random.
  virtual std::vector<RowNumbers> fixed_batches(const Config&, PreparedData&) const { return {}; }

  /// Sets the weights that follow from the training data and are not trained. Called before
  /// training, on the CPU.
  virtual void start_weights(const PreparedData&, SequenceModelImpl&) const {}

  /// Copies the parameters of the last layer from a run of the same task, whose last layer has the
  /// same type and input width. Copies the outputs that both models have, by default those with the
  /// same label. Returns their number, or 0 if nothing was copied.
  virtual std::int64_t take_head(const LoadedRun& origin, const LabelSet& labels,
                                 SequenceModelImpl& model) const;

  /// Returns the divisor of the sum of a batch's losses: the number of its rows or, if tokens are
  /// predicted, of these tokens.
  virtual double loss_units(const EncodedDataset& data, std::span<const std::int64_t> rows) const;

  /// Returns the contribution of a part to the mean loss of its batch, as a differentiable scalar:
  /// the sum of its losses divided by `part.loss_units`. Shapes: -> [].
  virtual torch::Tensor loss(SequenceModelImpl& model, const BatchPart& part,
                             const LossOptions& options) const = 0;

  // ---- results

  /// Converts the output of the last layer to predictions. Shapes and range: as
  /// SequenceModelImpl::predict.
  virtual torch::Tensor predictions(const SequenceModelImpl& model, const Batch& batch,
                                    const torch::Tensor& output) const = 0;

  /// Evaluates the model of a worker pool.
  virtual Report measure(WorkerPool& pool, const MeasuredRows& rows) const = 0;

  /// Evaluates the TorchScript graph of an archive.
  virtual Report measure_archive(const MeasuredArchive& archive,
                                 const MeasuredRows& rows) const = 0;

  /// Returns the part of the calibration that follows from the training rows (see
  /// TaskDefinition::calibration).
  virtual std::vector<double> calibrate(const Config&, const EncodedDataset& /*train*/) const {
    return {};
  }

  /// Returns the report of the best weights on the validation rows if they determine the
  /// calibration, which the report then contains; otherwise nothing. Also does what
  /// apply_calibration does.
  virtual std::optional<Report> calibrated_report(WorkerPool&,
                                                  const MeasuredRows& /*validation*/) const {
    return std::nullopt;
  }

  /// Returns the report of given predictions of validation rows, with what later predictions use,
  /// such as thresholds and conformal scores. `model` is one of those that predicted. Requires
  /// has_average() of the task. Shapes: predictions [rows, C], row-major.
  virtual Report report_of_predictions(const SequenceModelImpl& model, const MeasuredRows& rows,
                                       const std::vector<float>& predictions) const;

  /// Trains a simple model on the training rows, which the model should be better than; nothing if
  /// the task or the kind of input has none.
  virtual std::optional<BaselineReports> baseline(const PreparedData&, int /*threads*/) const {
    return std::nullopt;
  }

  /// Changes the weights of a finished run so that its predictions are calibrated. Does nothing if
  /// the calibration is empty (see TaskDefinition::calibration) or used in another way.
  virtual void apply_calibration(const std::vector<double>& /*calibration*/,
                                 SequenceModelImpl&) const {}

  /// Errors: Usage if an option does not apply to this task or has an invalid value.
  virtual void check_options(const EvaluateOptions& options) const;

  /// Evaluates a model that is trained on the evaluated data with options.dynamic_rate (dynamic
  /// evaluation). Only called if check_options accepts this option. Changes `model`.
  virtual Report measure_dynamically(SequenceModelImpl& model, const MeasuredRows& rows,
                                     const EvaluateOptions& options) const;

  /// Returns curves of the validation rows that only the report page of a finished run shows; none
  /// if the task has none.
  virtual std::vector<ReportSection> page_curves(WorkerPool&,
                                                 const MeasuredRows& /*validation*/) const {
    return {};
  }

  /// Returns what the report page shows about the data.
  virtual Facts data_facts(const PreparedData& data) const;

  // ---- export

  virtual ProbeRows probe_rows() const { return {}; }

  /// Compares the outputs of an archive for these rows with those of the trained model, and returns
  /// the greatest difference of predictions. Errors: Internal if it exceeds `check.allowed`.
  virtual double check_parity(const ParityCheck& check, const EncodedRows& rows) const = 0;

  /// Returns the inference that is measured on the fused engine, in batches of about `batch_tokens`
  /// tokens, or nothing if only single requests are measured.
  virtual std::optional<InferenceWork> inference_work(const ResolvedConfig&,
                                                      std::int64_t /*batch_tokens*/) const {
    return std::nullopt;
  }
};

/// The training side of a config's task.
const TrainingTask& training_task(const Task& task);
inline const TrainingTask& training_task(const Config& config) {
  return training_task(config.task);
}

}  // namespace sequent
