#include "tasks/classification/classification_training.h"

#include "baseline/ngram_baseline.h"
#include "core/thread_pool.h"
#include "libtorch/device.h"
#include "report/class_curves.h"
#include "sequent/log.h"
#include "tasks/classification/calibrate_training.h"
#include "train/targets.h"
#include "train/transfer.h"
#include "train/worker_pool.h"

namespace sequent {

ClassScorer::ClassScorer(const Config& config, const LabelSet& labels, const EncodedDataset& data)
    : data_(data), numbers_(labels.names(), data.unseen().labels), metrics_(numbers_.names()) {
  if (config.ordinal() != nullptr) ranks_ = ranks_of(config, labels);
  metrics_.resize(static_cast<std::size_t>(data.size()));
}

void ClassScorer::add(std::size_t row, std::span<const float> prediction) {
  const std::int64_t truth = numbers_.number(data_.label(static_cast<std::int64_t>(row)));
  const std::size_t classes = numbers_.names().size();
  if (prediction.size() == classes) return metrics_.set(row, prediction, truth);
  std::vector<float> all(prediction.begin(), prediction.end());
  all.resize(classes, 0.0F);  // of the unseen labels
  metrics_.set(row, all, truth);
}

ClassificationReport ClassScorer::classification_report() const {
  ClassificationReport report = metrics_.report();
  if (!ranks_.empty()) add_ordinal_values(report, ranks_);
  return report;
}

namespace {

Report measure_baseline(const NgramBaseline& model, const PreparedData& data,
                        const EncodedDataset& rows, ThreadPool& pool) {
  const LabelNumbers numbers(data.labels.names(), rows.unseen().labels);
  ClassificationMetrics metrics(numbers.names());
  metrics.resize(static_cast<std::size_t>(rows.size()));
  pool.run(static_cast<std::size_t>(rows.size()), [&](std::size_t row) {
    const auto at = static_cast<std::int64_t>(row);
    std::vector<float> found = model.probabilities(rows.row(at));
    found.resize(numbers.names().size(), 0.0F);  // of the unseen labels
    metrics.set(row, found, numbers.number(rows.label(at)));
  });
  return to_report(metrics.report());
}

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

  /// Texts have a linear model of n-grams; series have none.
  std::optional<BaselineReports> baseline(const PreparedData& data, int threads) const override {
    if (data.train.channels() > 0) return std::nullopt;
    const std::unique_ptr<NgramBaseline> model =
        NgramBaseline::train(data.train, data.vocabulary, data.labels.size(), threads);
    if (model == nullptr) {
      log_info("the n-gram baseline is left out, because there are too many labels");
      return std::nullopt;
    }
    if (model->rows() < data.train.size()) {
      log_info("the n-gram baseline is trained on " + std::to_string(model->rows()) + " of the " +
               std::to_string(data.train.size()) + " training rows");
    }
    ThreadPool pool(resolve_threads(threads));
    const bool has_features = data.train.feature_count() > 0;
    BaselineReports reports{has_features ? "n-gram baseline without features" : "n-gram baseline",
                            measure_baseline(*model, data, data.validation, pool), std::nullopt};
    if (data.test) reports.test = measure_baseline(*model, data, *data.test, pool);
    return reports;
  }

  /// The temperature depends on the validation rows.
  std::optional<Report> calibrated_report(WorkerPool& pool,
                                          const MeasuredRows& validation) const override {
    return to_report(calibrate_classifier(pool, validation.labels, validation.data));
  }

  Report report_of_predictions(const SequenceModelImpl& model, const MeasuredRows& rows,
                               const std::vector<float>& predictions) const override {
    return to_report(
        report_of_probabilities(model.config().config, rows.labels, rows.data, predictions));
  }

  std::vector<ReportSection> page_curves(WorkerPool& pool,
                                         const MeasuredRows& validation) const override {
    if (validation.labels.names().size() > ClassificationMetrics::kMostRanked) return {};
    const std::vector<float> found = pool.predict(validation.data);
    return class_curves({validation.labels.names(), validation.data.labels(), found});
  }

  void apply_calibration(const std::vector<double>& calibration,
                         SequenceModelImpl& model) const override {
    if (!calibration.empty()) divide_logits(model, calibration.front());
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

  std::unique_ptr<RowScorer> scorer(const Config& config, const MeasuredRows& rows) const override {
    return std::make_unique<ClassScorer>(config, rows.labels, rows.data);
  }
};

}  // namespace

const TrainingTask& classification_training() {
  static const ClassificationTraining task;
  return task;
}

}  // namespace sequent
