#include "tasks/classification/classification_training.h"

#include "runtime/device.h"
#include "tasks/row_training.h"
#include "train/label_numbers.h"
#include "train/targets.h"
#include "train/transfer.h"

namespace sequent {

ClassificationReport score_classes(const Config& config, const LabelSet& labels,
                                   const EncodedDataset& data,
                                   const std::vector<float>& probabilities) {
  LabelNumbers numbers(labels.names(), data.unseen().labels);
  ClassificationMetrics metrics(numbers.names());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    metrics.add(numbers.row(probabilities, row), numbers.number(data.label(row)));
  }
  ClassificationReport report = metrics.report();
  if (config.ordinal() != nullptr) add_ordinal_values(report, ranks_of(config, labels));
  return report;
}

namespace {

class ClassificationTraining : public RowTrainingTask {
 public:
  /// Sets the order of the labels in an ordinal layer. Errors: Data, as label_ranks.
  void start_weights(const PreparedData& data, SequenceModelImpl& model) const override {
    auto* ordinal = model.head<OrdinalImpl>();
    if (ordinal != nullptr) ordinal->set_ranks(ranks_of(model.config().config, data.labels));
  }

  std::int64_t take_head(const LoadedRun& origin, const LabelSet& labels,
                         SequenceModelImpl& model) const override {
    const LayerImpl& from = *origin.model->layers().back();
    LayerImpl& to = *model.layers().back();
    const bool same_labels = origin.text.labels == labels;
    if (const auto* ordinal = model.head<OrdinalImpl>()) {
      if (!same_labels || !torch::equal(from.named_parameters()["ranks"], ordinal->ranks)) return 0;
      copy_layer(from, to);
      return labels.size();
    }
    // A single output distinguishes two labels and cannot be transferred to others.
    if (model.config().is_binary()) {
      return same_labels ? copy_outputs(from, to, pair_first(1)) : 0;
    }
    return TrainingTask::take_head(origin, labels, model);
  }

  torch::Tensor predictions(const SequenceModelImpl& model, const Batch&,
                            const torch::Tensor& output) const override {
    if (!model.config().is_binary()) return torch::softmax(output, 1).to(torch::kFloat32);
    const torch::Tensor second = torch::sigmoid(output);
    return torch::cat({1 - second, second}, 1).to(torch::kFloat32);
  }

  Facts data_facts(const PreparedData& data) const override {
    Facts facts = TrainingTask::data_facts(data);
    facts.emplace_back("Labels", std::to_string(data.labels.size()));
    return facts;
  }

 protected:
  torch::Tensor loss_targets(const SequenceModelImpl&, const BatchPart& part) const override {
    return send_to(target_classes(part.data, part.rows), part.batch.input.device());
  }

  Report score(const Config& config, const MeasuredRows& rows,
               const std::vector<float>& predictions, const WeightReader&) const override {
    return to_report(score_classes(config, rows.labels, rows.data, predictions));
  }
};

}  // namespace

const TrainingTask& classification_training() {
  static const ClassificationTraining task;
  return task;
}

}  // namespace sequent
