// Tasks that predict a fixed number of values for each row.
#pragma once

#include <functional>

#include "tasks/training_task.h"

namespace sequent {

/// Returns a weight by its name in the model, on the CPU.
using WeightReader = std::function<torch::Tensor(const std::string& name)>;

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

  /// Returns the report of predictions. Shapes: predictions [rows, C], row-major.
  virtual Report score(const Config& config, const MeasuredRows& rows,
                       const std::vector<float>& predictions, const WeightReader& weight) const = 0;

  /// Returns the unit of a difference between predictions: 1 for probabilities.
  virtual torch::Tensor difference_unit(const SequenceModelImpl& model,
                                        const torch::Tensor& expected) const;
};

}  // namespace sequent
