#include "tasks/sequence_to_sequence/generated_rows_training.h"

#include "core/thread_pool.h"
#include "data/row_encoder.h"
#include "infer/archive.h"
#include "infer/token_joiner.h"
#include "libtorch/row_tensors.h"
#include "model/sequence_padding.h"
#include "tasks/sequence_to_sequence/sequence_metrics.h"
#include "torchscript/engine.h"
#include "train/worker_pool.h"

namespace sequent {

GeneratedTexts write_texts(SequenceModelImpl& model, const Batch& batch, std::int64_t most_tokens) {
  const Batch quiet = without_noise(batch);
  const torch::Tensor source = model.head_input(quiet);
  return model.head<DecoderImpl>()->write(source, {quiet, padding_of(quiet)}, most_tokens);
}

void GeneratedRows::add(const torch::Tensor& log_probabilities, const torch::Tensor& targets,
                        const torch::Tensor& target_lengths) {
  const torch::Tensor padding = padding_of({targets, target_lengths});
  const torch::Tensor found = log_probabilities.gather(2, targets.unsqueeze(2)).squeeze(2);
  loss -= found.to(torch::kFloat64).masked_fill(padding, 0).sum().item<double>();
  const torch::Tensor is_best = log_probabilities.argmax(2).eq(targets);
  right += is_best.masked_fill(padding, false).sum().item<std::int64_t>();
  tokens += target_lengths.sum().item<std::int64_t>();
}

void GeneratedRows::add(const GeneratedRows& other) {
  loss += other.loss;
  right += other.right;
  tokens += other.tokens;
}

GeneratedRows write_rows(WorkerPool& pool, const EncodedDataset& data) {
  SequenceModelImpl& model = pool.model();
  GeneratedRows result;
  result.texts.resize(static_cast<std::size_t>(data.size()));
  std::vector<GeneratedRows> parts(result.texts.size());  // of each batch, by its number
  for_each_batch(data, scored_tokens(model.config().class_count, kEvaluationTokens), pool.runner(),
                 [&](std::size_t number, const std::vector<std::size_t>& rows) {
                   const torch::NoGradGuard no_gradient;
                   const Batch batch = pool.make_batch(data, rows);
                   parts[number].add(torch::log_softmax(model.forward(batch), 2), batch.targets,
                                     batch.target_lengths);
                   const std::int64_t most = max_length(model.config().config.input) + 1;
                   const auto texts = texts_of(write_texts(model, batch, most).tokens);
                   for (std::size_t i = 0; i < rows.size(); ++i) result.texts[rows[i]] = texts[i];
                 });
  for (const GeneratedRows& part : parts) result.add(part);
  return result;
}

GeneratedRows write_rows(const MeasuredArchive& archive, const MeasuredRows& rows) {
  const std::int64_t tokens =
      scored_tokens(archive.archive.metadata.vocabulary.size(), kEvaluationTokens);
  GeneratedRows result;
  result.texts.resize(static_cast<std::size_t>(rows.data.size()));
  std::vector<GeneratedRows> parts(result.texts.size());
  for_each_batch(
      rows.data, tokens, run_on(archive.pool),
      [&](std::size_t number, const std::vector<std::size_t>& numbers) {
        const EncodedRows batch = input_rows(rows.data, numbers);
        const RowTensors tensors = make_row_tensors(batch, {.targets = true});
        parts[number].add(archive.engine.score(batch), tensors.targets, tensors.target_lengths);
        EncodedRows sources;
        for (const InputRow& row : batch) sources.push_back(row.pair().first);
        const std::vector<GeneratedRow> written = archive.engine.write(sources, /*beams=*/1);
        for (std::size_t i = 0; i < batch.size(); ++i) {
          result.texts[numbers[i]] = written[i].tokens;
        }
      });
  for (const GeneratedRows& part : parts) result.add(part);
  return result;
}

Report score_sequences(const Config& config, const MeasuredRows& rows,
                       const GeneratedRows& written) {
  const TokenizerSpec& tokenizer = std::get<TextInput>(config.input).tokenizer;
  SequenceMetrics metrics;
  for (std::int64_t row = 0; row < rows.data.size(); ++row) {
    const auto [source, target] = rows.data.row(row).pair();
    const std::vector<std::int32_t>& tokens = written.texts[static_cast<std::size_t>(row)];
    const std::string text = join_tokens(tokenizer, rows.vocabulary, tokens);
    metrics.add(tokens, target.ids, hash_text(text) == rows.data.target_hash(row));
  }
  return to_report(metrics.report(written.loss, written.right, written.tokens));
}

}  // namespace sequent
