#include <algorithm>
#include <iterator>

#include "export/parity.h"
#include "infer/archive.h"
#include "infer/fused_engine.h"
#include "model/sequence_padding.h"
#include "tasks/sequence_to_sequence/generated_rows_training.h"
#include "torchscript/engine.h"
#include "train/load_run.h"
#include "train/training_output.h"
#include "train/transfer.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Makes these texts the targets of `batch`. Each gets an end token, except a text of `most`
/// tokens, which was truncated.
void set_targets(Batch& batch, const std::vector<GeneratedRow>& texts, std::int64_t most) {
  std::vector<torch::Tensor> targets;
  std::vector<std::int64_t> lengths;
  for (const GeneratedRow& text : texts) {
    std::vector<std::int64_t> tokens(text.tokens.begin(), text.tokens.end());
    if (std::ssize(tokens) < most) tokens.push_back(Vocabulary::kLineEnd);
    lengths.push_back(std::ssize(tokens));
    targets.push_back(torch::tensor(tokens, torch::kInt64));
  }
  batch.targets = torch::nn::utils::rnn::pad_sequence(targets, /*batch_first=*/true);
  batch.target_lengths = torch::tensor(lengths, torch::kInt64);
}

/// Checks texts that an engine decoded greedily. According to the model, each token must be as
/// probable as the best token, and ln p of the text must match.
/// Errors: Internal otherwise.
void check_texts(SequenceModelImpl& model, Batch batch, const std::vector<GeneratedRow>& found,
                 const std::string& engine, double allowed) {
  set_targets(batch, found, max_length(model.config().config.input) + 1);
  const torch::Tensor past = padding_of({batch.targets, batch.target_lengths});
  const torch::Tensor all = torch::log_softmax(model.forward(batch).to(torch::kFloat64), 2);
  const torch::Tensor own = all.gather(2, batch.targets.unsqueeze(2)).squeeze(2);
  const torch::Tensor best = std::get<0>(all.slice(2, Vocabulary::kLineEnd).max(2));
  check_difference(best.masked_fill(past, 0), own.masked_fill(past, 0), torch::ones({1}), engine,
                   allowed);
  std::vector<double> sums;
  sums.reserve(found.size());
  for (const GeneratedRow& row : found) sums.push_back(row.log_probability);
  const torch::Tensor sum = own.masked_fill(past, 0).sum(1);
  check_difference(sum, torch::tensor(sums, torch::kFloat64), 1 + sum.abs(), engine, allowed);
}

class SequenceToSequenceTraining : public TrainingTask {
 public:
  /// In this vocabulary too, the tokens of the origin come first.
  std::int64_t take_head(const LoadedRun& origin, const LabelSet&,
                         SequenceModelImpl& model) const override {
    const LayerImpl& from = *origin.model->layers().back();
    LayerImpl& to = *model.layers().back();
    const auto theirs = from.named_parameters();
    for (const auto& named : to.named_parameters()) {
      if (theirs[named.key()].sizes().slice(1) != named.value().sizes().slice(1)) return 0;
    }
    copy_layer(from, to);
    return origin.text.vocabulary.size();
  }

  double loss_units(const EncodedDataset& data, std::span<const std::int64_t> rows) const override {
    std::int64_t tokens = 0;
    for (const std::int64_t row : rows) tokens += data.row(row).pair().second.length() + 1;
    return static_cast<double>(tokens);
  }

  torch::Tensor loss(SequenceModelImpl& model, const BatchPart& part,
                     const LossOptions& options) const override {
    return next_token_loss(model, part, part.batch.targets, part.batch.target_lengths,
                           options.label_smoothing);
  }

  torch::Tensor predictions(const SequenceModelImpl&, const Batch&,
                            const torch::Tensor& output) const override {
    return torch::softmax(output, 2).to(torch::kFloat32);
  }

  Report measure(WorkerPool& pool, const MeasuredRows& rows) const override {
    return score_sequences(pool.model().config().config, rows, write_rows(pool, rows.data));
  }

  Report measure_archive(const MeasuredArchive& archive, const MeasuredRows& rows) const override {
    return score_sequences(archive.archive.metadata.config, rows, write_rows(archive, rows));
  }

  /// Compares probabilities and generated texts.
  double check_parity(const ParityCheck& check, const EncodedRows& rows) const override {
    const Batch batch = probe_batch(check.model, rows);
    const double difference =
        check_difference(without_padding(check.model.predict(batch), batch.target_lengths),
                         without_padding(check.graph.score(rows).exp(), batch.target_lengths),
                         torch::ones({1}), "torchscript", check.allowed);
    EncodedRows sources;
    for (const InputRow& row : rows) sources.push_back(row.pair().first);
    check_texts(check.model, batch, check.graph.write(sources, /*beams=*/1), "torchscript",
                check.allowed);
    if (check.fused != nullptr) {
      check_texts(check.model, batch, check.fused->write(sources, /*beams=*/1), "fused",
                  check.allowed);
    }
    return difference;
  }
};

}  // namespace

const TrainingTask& sequence_to_sequence_training() {
  static const SequenceToSequenceTraining task;
  return task;
}

}  // namespace sequent
