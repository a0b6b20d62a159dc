// Tasks that predict a fixed number of values for each row.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "tasks/training_task.h"

namespace sequent {

/// Returns a weight by its name in the model, on the CPU.
using WeightReader = std::function<torch::Tensor(const std::string& name)>;

/// Receives the predictions of a data set and makes their report.
/// Threads: different rows are added at the same time.
class RowScorer {
 public:
  virtual ~RowScorer() = default;
  /// Shapes: prediction [C].
  virtual void add(std::size_t row, std::span<const float> prediction) = 0;
  virtual Report report(const WeightReader& weight) const = 0;
};

class RowTrainingTask : public TrainingTask {
 public:
  torch::Tensor loss(SequenceModelImpl& model, const BatchPart& part,
                     const LossOptions& options) const override;
  Report measure(WorkerPool& pool, const MeasuredRows& rows) const override;
  Report measure_archive(const MeasuredArchive& archive, const MeasuredRows& rows) const override;
  double check_parity(const ParityCheck& check, const EncodedRows& rows) const override;
  std::optional<InferenceWork> inference_work(const ResolvedConfig& config,
                                              std::int64_t batch_tokens) const override;

 protected:
  /// Returns the targets that row_losses compares with the output, on the model's device.
  virtual torch::Tensor loss_targets(const SequenceModelImpl& model,
                                     const BatchPart& part) const = 0;

  /// Returns a scorer of these rows, which live at least as long as the scorer. By default, it
  /// keeps all predictions and calls score().
  virtual std::unique_ptr<RowScorer> scorer(const Config& config, const MeasuredRows& rows) const;

  /// Returns the report of predictions. Shapes: predictions [rows, C], row-major.
  virtual Report score(const Config& config, const MeasuredRows& rows,
                       const std::vector<float>& predictions, const WeightReader& weight) const;

  /// Returns the unit of a difference between predictions: 1 for probabilities.
  virtual torch::Tensor difference_unit(const SequenceModelImpl& model,
                                        const torch::Tensor& expected) const;
};

}  // namespace sequent
