#include "tasks/row_training.h"

#include <algorithm>

#include "export/parity.h"
#include "infer/archive.h"
#include "infer/engine.h"
#include "infer/fused_engine.h"
#include "train/training_output.h"
#include "train/worker_pool.h"

namespace sequent {

torch::Tensor RowTrainingTask::loss(SequenceModelImpl& model, const BatchPart& part,
                                    const LossOptions& options) const {
  const torch::Tensor logits = training_output(model, part).logits;
  return row_losses(logits, loss_targets(model, part), options).sum() / part.loss_units;
}

Report RowTrainingTask::measure(WorkerPool& pool, const MeasuredRows& rows) const {
  const SequenceModelImpl& model = pool.model();
  const WeightReader weight = [&](const std::string& name) {
    return model.named_parameters()[name].detach().cpu().contiguous();
  };
  return score(model.config().config, rows, pool.predict(rows.data), weight);
}

Report RowTrainingTask::measure_archive(const MeasuredArchive& measured,
                                        const MeasuredRows& rows) const {
  const auto width = static_cast<std::size_t>(rows.labels.size());
  std::vector<float> predictions(static_cast<std::size_t>(rows.data.size()) * width);
  for_each_batch(rows.data, kEvaluationTokens, run_on(measured.pool),
                 [&](std::size_t, const std::vector<std::size_t>& numbers) {
                   const torch::Tensor found =
                       measured.engine.predict(input_rows(rows.data, numbers));
                   const auto* values = found.data_ptr<float>();
                   for (std::size_t i = 0; i < numbers.size(); ++i) {
                     const auto begin = static_cast<std::ptrdiff_t>(numbers[i] * width);
                     std::copy_n(values + i * width, width, predictions.begin() + begin);
                   }
                 });
  const ArchiveWeights& weights = measured.archive.weights;
  const WeightReader weight = [&](const std::string& name) {
    const std::span<const float> values = weights(name);
    return torch::tensor(std::vector<float>(values.begin(), values.end()));
  };
  return score(measured.archive.metadata.config, rows, predictions, weight);
}

torch::Tensor RowTrainingTask::difference_unit(const SequenceModelImpl&,
                                               const torch::Tensor&) const {
  return torch::ones({1});
}

double RowTrainingTask::check_parity(const ParityCheck& check, const EncodedRows& rows) const {
  const torch::Tensor expected = check.model.predict(probe_batch(check.model, rows)).cpu();
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
