#include "tasks/row_training.h"

#include <algorithm>
#include <utility>

#include "export/parity.h"
#include "infer/archive.h"
#include "infer/fused_engine.h"
#include "torchscript/engine.h"
#include "train/training_output.h"
#include "train/worker_pool.h"

namespace sequent {

namespace {

/// Shapes: -> [B], like the losses.
torch::Tensor row_weights(const BatchPart& part, const torch::Tensor& losses) {
  std::vector<float> weights;
  for (const std::int64_t row : part.rows) weights.push_back(part.data.weight(row));
  return torch::tensor(weights).to(losses.options());
}

}  // namespace

torch::Tensor RowTrainingTask::loss(SequenceModelImpl& model, const BatchPart& part,
                                    const LossOptions& options) const {
  const torch::Tensor logits = training_output(model, part).logits;
  torch::Tensor losses = row_losses(logits, loss_targets(model, part), options);
  if (part.data.has_weights()) losses = losses * row_weights(part, losses);
  return losses.sum() / part.loss_units;
}

namespace {

/// Keeps all predictions.
class KeptPredictions : public RowScorer {
 public:
  using Score = std::function<Report(const std::vector<float>&, const WeightReader&)>;

  KeptPredictions(const MeasuredRows& rows, Score score)
      : width_(static_cast<std::size_t>(rows.labels.size())),
        predictions_(static_cast<std::size_t>(rows.data.size()) * width_),
        score_(std::move(score)) {}

  void add(std::size_t row, std::span<const float> prediction) override {
    std::copy(prediction.begin(), prediction.end(),
              predictions_.begin() + static_cast<std::ptrdiff_t>(row * width_));
  }
  Report report(const WeightReader& weight) const override { return score_(predictions_, weight); }

 private:
  std::size_t width_;
  std::vector<float> predictions_;
  Score score_;
};

/// Computes the predictions of all rows in batches. Batches are smaller where there are many
/// outputs.
void add_predictions(
    const MeasuredRows& rows, const TaskRunner& run,
    const std::function<torch::Tensor(const std::vector<std::size_t>& numbers)>& predict,
    RowScorer& scorer) {
  const std::int64_t width = rows.labels.size();
  for_each_batch(rows.data, scored_tokens(width, kEvaluationTokens), run,
                 [&](std::size_t, const std::vector<std::size_t>& numbers) {
                   const torch::Tensor found = predict(numbers);
                   const std::span<const float> values(found.data_ptr<float>(),
                                                       static_cast<std::size_t>(found.numel()));
                   const auto outputs = static_cast<std::size_t>(width);
                   for (std::size_t i = 0; i < numbers.size(); ++i) {
                     scorer.add(numbers[i], values.subspan(i * outputs, outputs));
                   }
                 });
}

}  // namespace

std::unique_ptr<RowScorer> RowTrainingTask::scorer(const Config& config,
                                                   const MeasuredRows& rows) const {
  return std::make_unique<KeptPredictions>(
      rows,
      [this, &config, &rows](const std::vector<float>& predictions, const WeightReader& weight) {
        return score(config, rows, predictions, weight);
      });
}

Report RowTrainingTask::score(const Config&, const MeasuredRows&, const std::vector<float>&,
                              const WeightReader&) const {
  throw Error(ErrorKind::kInternal, "", "the task has neither a scorer nor a score");
}

Report RowTrainingTask::measure(WorkerPool& pool, const MeasuredRows& rows) const {
  const SequenceModelImpl& model = pool.model();
  const WeightReader weight = [&](const std::string& name) {
    return model.named_parameters()[name].detach().cpu().contiguous();
  };
  const std::unique_ptr<RowScorer> found = scorer(model.config().config, rows);
  add_predictions(
      rows, pool.runner(),
      [&](const std::vector<std::size_t>& numbers) { return pool.predict(rows.data, numbers); },
      *found);
  return found->report(weight);
}

Report RowTrainingTask::measure_archive(const MeasuredArchive& measured,
                                        const MeasuredRows& rows) const {
  const std::unique_ptr<RowScorer> found = scorer(measured.archive.metadata.config, rows);
  add_predictions(
      rows, run_on(measured.pool),
      [&](const std::vector<std::size_t>& numbers) {
        return measured.engine.predict(input_rows(rows.data, numbers));
      },
      *found);
  const WeightSource all = [&](const std::string& name) { return measured.archive.weights(name); };
  // Of several members, the first determines the unit of the loss.
  const WeightSource weights = member_weights(all, measured.archive.config, /*member=*/0);
  const WeightReader weight = [&](const std::string& name) {
    const std::span<const float> values = weights(name);
    return torch::tensor(std::vector<float>(values.begin(), values.end()));
  };
  return found->report(weight);
}

torch::Tensor RowTrainingTask::difference_unit(const SequenceModelImpl&,
                                               const torch::Tensor&) const {
  return torch::ones({1});
}

double RowTrainingTask::check_parity(const ParityCheck& check, const EncodedRows& rows) const {
  const torch::Tensor expected = mean_predictions(check.members, rows);
  const torch::Tensor unit = difference_unit(check.model, expected);
  const double of_graph =
      check_difference(expected, check.graph.predict(rows), unit, "torchscript", check.allowed);
  if (check.fused == nullptr) return of_graph;
  const torch::Tensor found = torch::empty_like(expected);
  check.fused->predict(rows, found.data_ptr<float>());
  return std::max(of_graph, check_difference(expected, found, unit, "fused", check.allowed));
}

std::optional<InferenceWork> RowTrainingTask::inference_work(const ResolvedConfig& config,
                                                             std::int64_t batch_tokens) const {
  const auto width = static_cast<std::size_t>(config.class_count);
  return InferenceWork{"inference, encoded texts", batch_tokens,
                       [width](const FusedEngine& engine, const EncodedRows& rows) {
                         std::vector<float> out(rows.size() * width);
                         engine.predict(rows, out.data());
                       }};
}

}  // namespace sequent
