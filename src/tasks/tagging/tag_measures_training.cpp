#include "tasks/tagging/tag_measures_training.h"

#include <algorithm>
#include <numeric>

#include "core/thread_pool.h"
#include "tasks/tagging/tag_decisions_training.h"
#include "tasks/tagging/tagging_metrics.h"
#include "torchscript/engine.h"
#include "train/label_numbers.h"
#include "train/targets.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Keeps the losses of each row, so that the sum does not depend on the order of batches.
struct RowLosses {
  std::vector<double> losses;
  std::vector<std::int64_t> tokens;

  explicit RowLosses(std::size_t rows) : losses(rows), tokens(rows) {}

  std::optional<double> mean() const {
    const std::int64_t all = std::accumulate(tokens.begin(), tokens.end(), std::int64_t{0});
    if (all == 0) return std::nullopt;
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(all);
  }
};

/// Predicts the tags of some rows and stores them in `result` and `losses`.
void tag_batch(const WorkerPool& pool, const EncodedDataset& data,
               const std::vector<std::size_t>& rows, TaggedRows& result, RowLosses& losses) {
  const torch::NoGradGuard no_gradient;
  SequenceModelImpl& model = pool.model();
  const auto labels = static_cast<std::size_t>(model.config().sequence_class_count);
  const Batch batch = pool.make_batch(data, rows);
  torch::Tensor sequence_logits;
  const torch::Tensor logits = model.forward(batch, &sequence_logits);
  if (sequence_logits.defined()) {
    const torch::Tensor found =
        torch::softmax(sequence_logits, 1).to(torch::kCPU, torch::kFloat32).contiguous();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::copy_n(found.data_ptr<float>() + i * labels, labels,
                  result.sequence_labels.data() + rows[i] * labels);
    }
  }
  const RowNumbers numbers(rows.begin(), rows.end());
  const torch::Tensor expected = target_tags(data, numbers);
  const torch::Tensor of_rows = tag_losses(model, logits, expected.clamp_min(0).to(pool.device()),
                                           batch.lengths, /*smoothing=*/0)
                                    .to(torch::kCPU, torch::kFloat64);
  const torch::Tensor is_known = expected.ge(0).all(1);
  // decode_tags() would run the layers again to compute probabilities that are not needed here.
  const torch::Tensor tags = best_tags(model, logits, batch.lengths).cpu().contiguous();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const auto* from = tags.data_ptr<std::int64_t>() + row * tags.size(1);
    const std::int64_t length = data.length(static_cast<std::int64_t>(rows[i]));
    if (is_known[row].item<bool>()) {
      losses.losses[rows[i]] = of_rows[row].item<double>();
      losses.tokens[rows[i]] = length;
    }
    result.tags[rows[i]].assign(from, from + length);
  }
}

}  // namespace

TaggedRows tag_rows(WorkerPool& pool, const EncodedDataset& data) {
  TaggedRows result;
  result.tags.resize(static_cast<std::size_t>(data.size()));
  const auto labels = static_cast<std::size_t>(pool.model().config().sequence_class_count);
  result.sequence_labels.resize(result.tags.size() * labels);
  RowLosses losses(result.tags.size());
  for_each_batch(data, kEvaluationTokens, pool.runner(),
                 [&](std::size_t, const std::vector<std::size_t>& rows) {
                   tag_batch(pool, data, rows, result, losses);
                 });
  result.loss = losses.mean();
  return result;
}

TaggedRows tag_rows(const MeasuredArchive& archive, const MeasuredRows& rows) {
  TaggedRows result;
  result.tags.resize(static_cast<std::size_t>(rows.data.size()));
  const auto width = static_cast<std::size_t>(rows.labels.sequence_size());
  result.sequence_labels.resize(result.tags.size() * width);
  for_each_batch(
      rows.data, kEvaluationTokens, run_on(archive.pool),
      [&](std::size_t, const std::vector<std::size_t>& numbers) {
        std::vector<TaggedRow> found = archive.engine.tag(input_rows(rows.data, numbers));
        for (std::size_t i = 0; i < found.size(); ++i) {
          result.tags[numbers[i]] = std::move(found[i].tags);
          const auto begin = static_cast<std::ptrdiff_t>(numbers[i] * width);
          std::ranges::copy(found[i].sequence_label, result.sequence_labels.begin() + begin);
        }
      });
  return result;
}

Report score_tags(const MeasuredRows& rows, const TaggedRows& found) {
  const EncodedDataset& data = rows.data;
  const LabelNumbers of_tags(rows.labels.names(), data.unseen().labels);
  TaggingMetrics metrics(of_tags.names());
  for (std::int64_t row = 0; row < data.size(); ++row) {
    std::vector<std::int32_t> expected(data.tags(row).begin(), data.tags(row).end());
    for (std::int32_t& tag : expected) tag = of_tags.number(tag);
    metrics.add(found.tags[static_cast<std::size_t>(row)], expected);
  }
  TaggingReport report = metrics.report(found.loss);
  if (found.sequence_labels.empty()) return to_report(report);
  LabelNumbers of_labels(rows.labels.sequence_names(), data.unseen().sequence_labels);
  ClassificationMetrics of_rows(of_labels.names());
  std::int64_t right = 0;
  for (std::int64_t row = 0; row < data.size(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    const auto label = of_labels.row(found.sequence_labels, row);
    of_rows.add(label, of_labels.number(data.label(row)));
    const auto best = std::max_element(label.begin(), label.end()) - label.begin();
    const bool tags_right = std::ranges::equal(found.tags[at], data.tags(row));
    right += best == data.label(row) && tags_right ? 1 : 0;
  }
  report.sequence_label = of_rows.report();
  report.sequence_accuracy = static_cast<double>(right) / static_cast<double>(data.size());
  return to_report(report);
}

}  // namespace sequent
