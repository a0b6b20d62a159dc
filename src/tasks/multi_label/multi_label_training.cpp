#include "libtorch/device.h"
#include "tasks/multi_label/multi_label_metrics.h"
#include "tasks/row_training.h"
#include "train/targets.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Shapes: probabilities [rows, labels], row-major.
MultiLabelMetrics label_metrics(const LabelSet& labels, const EncodedDataset& data,
                                const std::vector<float>& probabilities) {
  MultiLabelMetrics metrics(labels.names());
  const auto width = static_cast<std::size_t>(labels.size());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(std::span(probabilities).subspan(static_cast<std::size_t>(row) * width, width),
                data.targets(row));
  }
  return metrics;
}

class MultiLabelTraining : public RowTrainingTask {
 public:
  torch::Tensor predictions(const SequenceModelImpl&, const Batch&,
                            const torch::Tensor& output) const override {
    return torch::sigmoid(output).to(torch::kFloat32);
  }

  /// The threshold of each label depends on the validation rows.
  std::optional<Report> calibrated_report(WorkerPool& pool,
                                          const MeasuredRows& validation) const override {
    return report_of_predictions(pool.model(), validation, pool.predict(validation.data));
  }

  Report report_of_predictions(const SequenceModelImpl&, const MeasuredRows& rows,
                               const std::vector<float>& predictions) const override {
    const MultiLabelMetrics found = label_metrics(rows.labels, rows.data, predictions);
    return to_report(found.report(found.best_thresholds()));
  }

  Facts data_facts(const PreparedData& data) const override {
    Facts facts = TrainingTask::data_facts(data);
    facts.emplace_back("Labels", std::to_string(data.labels.size()));
    return facts;
  }

 protected:
  torch::Tensor loss_targets(const SequenceModelImpl&, const BatchPart& part) const override {
    return send_to(target_values(part.data, part.rows), part.batch.input.device());
  }

  Report score(const Config&, const MeasuredRows& rows, const std::vector<float>& predictions,
               const WeightReader&) const override {
    return to_report(label_metrics(rows.labels, rows.data, predictions).report(rows.calibration));
  }
};

}  // namespace

const TrainingTask& multi_label_training() {
  static const MultiLabelTraining task;
  return task;
}

}  // namespace sequent
