// What the training side asks of a task: its batches, loss, measures and exported methods. Its
// counterparts are task_definition.h and inference_task.h.
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
class ScriptWriter;
class ThreadPool;
class TorchScriptEngine;
class WorkerPool;
struct LoadedArchive;
struct LoadedRun;

/// What one worker computes of a batch.
struct BatchPart {
  const EncodedDataset& data;
  std::span<const std::int64_t> rows;
  Batch batch;            // the rows' input
  double loss_units = 1;  // of the whole batch: see TrainingTask::loss_units
  double batch_rows = 1;  // likewise
  std::optional<torch::ScalarType> products = std::nullopt;  // of a GPU; nothing: float32
};

/// The rows that a model is measured on.
struct MeasuredRows {
  const LabelSet& labels;
  const EncodedDataset& data;
  const std::vector<double>& calibration;  // see TaskDefinition::calibration
};

/// An archive that is being measured.
struct MeasuredArchive {
  const LoadedArchive& archive;
  const TorchScriptEngine& engine;
  ThreadPool& pool;
};

/// An archive whose answers are compared with those of the trained model.
struct ParityCheck {
  SequenceModelImpl& model;
  const TorchScriptEngine& graph;
  const FusedEngine* fused;  // null: it does not run this model
  double allowed;            // difference
};

/// The rows that a parity check computes.
struct ProbeRows {
  std::int64_t longest = 1000;  // steps of generated rows; a longer row proves nothing more
  std::int64_t together = 32;   // rows in a batch
  bool shortens = false;        // rows of the data have no more steps either
};

/// What `sequent bench` measures of an engine besides training.
struct InferenceWork {
  std::string what;
  std::int64_t batch_tokens;
  std::function<void(const FusedEngine& engine, const EncodedRows& rows)> run;
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

  /// The batches of every epoch, where they are always the same; `data.train` becomes the rows that
  /// they name. Empty: each epoch draws its batches from the rows as they are.
  virtual std::vector<RowNumbers> fixed_batches(const Config&, PreparedData&) const { return {}; }

  /// Sets the weights that the training data decide and no gradient changes. Before training, on
  /// the CPU.
  virtual void start_weights(const PreparedData&, SequenceModelImpl&) const {}

  /// Copies the last layer of a run of the same task whose kinds and widths agree, as far as both
  /// have the same outputs: by default those of the same label. Returns how many; 0 if the layers
  /// are too different.
  virtual std::int64_t take_head(const LoadedRun& origin, const LabelSet& labels,
                                 SequenceModelImpl& model) const;

  /// What the sum of a batch's losses is divided by: its rows, or the tokens that are predicted.
  virtual double loss_units(const EncodedDataset& data, std::span<const std::int64_t> rows) const;

  /// The part's share in the mean loss of its batch, to be differentiated: the sum of its losses
  /// divided by `loss_units`. Shapes: -> [].
  virtual torch::Tensor loss(SequenceModelImpl& model, const BatchPart& part,
                             const LossOptions& options) const = 0;

  // ---- results

  /// What the last layer's output says. Dropout was off. Shapes and range: as
  /// SequenceModelImpl::predict.
  virtual torch::Tensor predictions(const SequenceModelImpl& model, const Batch& batch,
                                    const torch::Tensor& output) const = 0;

  /// The report of the pool's model.
  virtual Report measure(WorkerPool& pool, const MeasuredRows& rows) const = 0;

  /// The report of an archive, by its own graph.
  virtual Report measure_archive(const MeasuredArchive& archive,
                                 const MeasuredRows& rows) const = 0;

  /// What the training rows decide of later reports, as TaskDefinition::calibration.
  virtual std::vector<double> calibrate(const Config&, const EncodedDataset& /*train*/) const {
    return {};
  }

  /// The report of the best weights on the validation rows, where these rows decide something of
  /// later reports; it holds what they decide. Nothing where they do not.
  virtual std::optional<Report> calibrated_report(WorkerPool&, const LabelSet&,
                                                  const EncodedDataset& /*validation*/) const {
    return std::nullopt;
  }

  /// Errors: Usage for an option that has no meaning for this task, or a value it cannot have.
  virtual void check_options(const EvaluateOptions& options) const;

  /// The report of a model that learns from what it is measured on, with options.dynamic_rate,
  /// which check_options allows. `model` is changed.
  virtual Report measure_dynamically(SequenceModelImpl& model, const MeasuredRows& rows,
                                     const EvaluateOptions& options) const;

  /// What the report page says of the data.
  virtual Facts data_facts(const PreparedData& data) const;

  // ---- export

  /// Writes the TorchScript methods of the exported model.
  virtual void write_methods(ScriptWriter& script) const = 0;

  virtual ProbeRows probe_rows() const { return {}; }

  /// Compares what an archive makes of these rows with what the trained model makes of them.
  /// Returns the greatest difference of predictions. Errors: Internal if it is above
  /// `check.allowed`.
  virtual double check_parity(const ParityCheck& check, const EncodedRows& rows) const = 0;

  /// What is measured of the fused engine, in batches of about `batch_tokens` tokens; nothing where
  /// single requests are all.
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
