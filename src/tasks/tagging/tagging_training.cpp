#include <algorithm>

#include "data/tag_use.h"
#include "export/parity.h"
#include "infer/fused_engine.h"
#include "libtorch/device.h"
#include "sequent/log.h"
#include "tasks/tagging/tag_decisions_training.h"
#include "tasks/tagging/tag_measures_training.h"
#include "torchscript/engine.h"
#include "train/load_run.h"
#include "train/targets.h"
#include "train/training_output.h"
#include "train/transfer.h"

namespace sequent {
namespace {

/// Copies the parameters of the tags that both layers have. Which transitions are invalid is not
/// copied, because it follows from the names of the tags. Returns the number of tags.
std::int64_t copy_crf(const CrfImpl& from, const CrfImpl& to, const OutputPairs& pairs) {
  if (pairs.to.empty()) return 0;
  copy_rows(from.weight, to.weight, pairs);
  copy_rows(from.bias, to.bias, pairs);
  copy_rows(from.start, to.start, pairs);
  copy_rows(from.end, to.end, pairs);
  const torch::Tensor from_tags = torch::tensor(pairs.from, torch::kInt64);
  const torch::Tensor to_tags = torch::tensor(pairs.to, torch::kInt64);
  const torch::Tensor known =
      from.transitions.index_select(0, from_tags).index_select(1, from_tags);
  to.transitions.index_copy_(0, to_tags,
                             to.transitions.index_select(0, to_tags).index_copy(1, to_tags, known));
  return static_cast<std::int64_t>(pairs.to.size());
}

/// Errors: Internal if an engine's row labels differ from the model's.
void check_row_labels(const torch::Tensor& expected, const std::vector<TaggedRow>& found,
                      const std::string& engine, double allowed) {
  torch::Tensor probabilities = torch::zeros_like(expected);
  for (std::size_t row = 0; row < found.size(); ++row) {
    probabilities[static_cast<std::int64_t>(row)].copy_(torch::tensor(found[row].sequence_label));
  }
  check_difference(expected, probabilities, torch::ones({1}), engine, allowed);
}

/// Compares the tags that an engine chose with the model's. If two tag sequences have practically
/// the same score, either may be chosen; then their scores must agree.
/// Errors: Internal if they do not.
void check_tags(SequenceModelImpl& model, const Batch& batch, const std::vector<TaggedRow>& found,
                const std::string& engine, double allowed) {
  const TagDecisions expected = decode_tags(model, batch);
  if (expected.sequence_labels.defined()) {
    check_row_labels(expected.sequence_labels, found, engine, allowed);
  }
  const torch::Tensor logits = model.forward(batch);
  const auto score = [&](const torch::Tensor& tags) {
    return -tag_losses(model, logits, tags, batch.lengths, /*smoothing=*/0);
  };
  torch::Tensor tags = torch::zeros_like(expected.tags);
  torch::Tensor probabilities = torch::zeros_like(expected.probabilities);
  for (std::size_t row = 0; row < found.size(); ++row) {
    for (std::size_t t = 0; t < found[row].tags.size(); ++t) {
      const auto b = static_cast<std::int64_t>(row);
      const auto step = static_cast<std::int64_t>(t);
      tags[b][step] = found[row].tags[t];
      probabilities[b][step] = found[row].probabilities[t];
    }
  }
  const torch::Tensor one = torch::ones({1});
  if (torch::equal(tags, expected.tags)) {
    check_difference(expected.probabilities, probabilities, one, engine, allowed);
  } else {
    const torch::Tensor best = score(expected.tags);
    check_difference(torch::zeros_like(best), (best - score(tags)) / (1 + best.abs()), one, engine,
                     allowed);
  }
}

class TaggingTraining : public TrainingTask {
 public:
  void start_weights(const PreparedData& data, SequenceModelImpl& model) const override {
    const TagNotes notes = describe_tags(model.config().config, data.train, data.labels);
    for (const std::string& fact : notes.facts) log_info(fact);
    for (const std::string& warning : notes.warnings) log_warning(warning);
    // If all training rows follow the scheme, the crf never predicts an invalid transition.
    auto* crf = model.head<CrfImpl>();
    if (crf == nullptr) return;
    const TagUse use = find_tag_use(data.train, data.labels);
    if (use.invalid_rows == 0) crf->forbid(use.tags);
  }

  std::int64_t take_head(const LoadedRun& origin, const LabelSet& labels,
                         SequenceModelImpl& model) const override {
    const auto* crf = model.head<CrfImpl>();
    if (crf == nullptr) return TrainingTask::take_head(origin, labels, model);
    return copy_crf(*origin.model->head<CrfImpl>(), *crf, pair_labels(origin.text.labels, labels));
  }

  double loss_units(const EncodedDataset& data, std::span<const std::int64_t> rows) const override {
    std::int64_t tokens = 0;
    for (const std::int64_t row : rows) tokens += data.length(row);
    return static_cast<double>(tokens);
  }

  /// The loss of the tags, a mean over tokens, plus the loss of row labels, a mean over rows.
  torch::Tensor loss(SequenceModelImpl& model, const BatchPart& part,
                     const LossOptions& options) const override {
    const torch::Device device = part.batch.input.device();
    const auto [logits, sequence_logits] = training_output(model, part);
    const torch::Tensor tags = send_to(target_tags(part.data, part.rows), device);
    const torch::Tensor sum =
        tag_losses(model, logits, tags, part.batch.lengths, options.label_smoothing).sum() /
        part.loss_units;
    if (!sequence_logits.defined()) return sum;
    const torch::Tensor labels = send_to(target_classes(part.data, part.rows), device);
    const torch::Tensor of_rows =
        row_losses(sequence_logits, labels, {.label_smoothing = options.label_smoothing}).sum();
    return sum + of_rows * (model.config().config.sequence_label()->loss_weight / part.batch_rows);
  }

  torch::Tensor predictions(const SequenceModelImpl& model, const Batch& batch,
                            const torch::Tensor& output) const override {
    return tag_probabilities(model, output, batch.lengths).to(torch::kFloat32);
  }

  Report measure(WorkerPool& pool, const MeasuredRows& rows) const override {
    return score_tags(rows, tag_rows(pool, rows.data));
  }

  Report measure_archive(const MeasuredArchive& archive, const MeasuredRows& rows) const override {
    return score_tags(rows, tag_rows(archive, rows));
  }

  Facts data_facts(const PreparedData& data) const override {
    Facts facts = TrainingTask::data_facts(data);
    std::string tags = std::to_string(data.labels.size());
    if (data.labels.sequence_size() > 0) {
      tags += ", and " + std::to_string(data.labels.sequence_size()) + " labels of rows";
    }
    facts.emplace_back("Tags", tags);
    return facts;
  }

  double check_parity(const ParityCheck& check, const EncodedRows& rows) const override {
    const Batch batch = probe_batch(check.model, rows);
    check_tags(check.model, batch, check.graph.tag(rows), "torchscript", check.allowed);
    if (check.fused != nullptr) {
      check_tags(check.model, batch, check.fused->tag(rows), "fused", check.allowed);
    }
    const torch::Tensor expected = check.model.predict(batch).cpu();
    return check_difference(without_padding(expected, batch.lengths),
                            without_padding(check.graph.predict(rows), batch.lengths),
                            torch::ones({1}), "torchscript", check.allowed);
  }

  std::optional<InferenceWork> inference_work(const ResolvedConfig& config,
                                              std::int64_t batch_tokens) const override {
    const auto width = static_cast<std::size_t>(config.class_count);
    return InferenceWork{"inference, encoded texts, without decoding", batch_tokens,
                         [width](const FusedEngine& engine, const EncodedRows& rows) {
                           std::vector<float> out(rows.size() * width);
                           engine.predict(rows, out.data());
                         }};
  }
};
}  // namespace

const TrainingTask& tagging_training() {
  static const TaggingTraining task;
  return task;
}

}  // namespace sequent
