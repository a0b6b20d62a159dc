#include <algorithm>
#include <cmath>

#include "export/parity.h"
#include "infer/fused_engine.h"
#include "libtorch/device.h"
#include "sequent/error.h"
#include "tasks/language_model/dynamic_evaluation_training.h"
#include "tasks/language_model/text_score_training.h"
#include "tasks/language_model/token_windows_training.h"
#include "torchscript/engine.h"
#include "train/load_run.h"
#include "train/targets.h"
#include "train/training_output.h"
#include "train/transfer.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

/// Returns the output of the exported model's `advance` if the tokens are passed in two parts.
torch::Tensor probabilities_in_parts(const TorchScriptEngine& graph, const torch::Tensor& tokens) {
  std::vector<torch::Tensor> states = graph.start(tokens.size(0));
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& part : tokens.tensor_split(2, 1)) {
    if (part.size(1) > 0) parts.push_back(torch::softmax(graph.advance(part, states), 2));
  }
  return torch::cat(parts, 1);
}

/// Compares an engine's probabilities of texts, and of the tokens that follow them, with those of
/// the model. Shapes: expected [B, T, V]. Errors: Internal if they differ too much.
void check_text_model(const TextModel& found, const TextModel& proven, const EncodedRows& rows,
                      const torch::Tensor& expected, const std::string& engine, double allowed) {
  const torch::Tensor one = torch::ones({1});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const std::int32_t> ids = rows[i].ids;
    const std::unique_ptr<TextReader> reader = found.begin_text();
    const std::size_t half = ids.size() / 2;
    if (half > 0) reader->read(ids.first(half));
    const std::span<const float> scores = reader->read(ids.subspan(half));
    const torch::Tensor after =
        torch::softmax(torch::tensor(std::vector<float>(scores.begin(), scores.end())), 0);
    const torch::Tensor of_row =
        expected[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(ids.size()) - 1];
    check_difference(of_row, after, one, engine, allowed);
  }
  const torch::Tensor sums = torch::tensor(proven.log_probabilities(rows), torch::kFloat64);
  const torch::Tensor own = torch::tensor(found.log_probabilities(rows), torch::kFloat64);
  check_difference(sums, own, 1 + sums.abs(), engine, allowed);
}

class LanguageModelTraining : public TrainingTask {
 public:
  /// Cuts the training lines into windows. Each row of a batch continues that of the batch before.
  std::vector<RowNumbers> fixed_batches(const Config& config, PreparedData& data) const override {
    TokenWindows windows = cut_windows(
        data.train, std::get<std::int64_t>(config.training.batch_size), max_length(config.input));
    std::vector<RowNumbers> batches = windows.batches();
    data.train = std::move(windows.rows);
    return batches;
  }

  /// In this vocabulary too, the tokens of the origin come first.
  std::int64_t take_head(const LoadedRun& origin, const LabelSet&,
                         SequenceModelImpl& model) const override {
    return copy_outputs(*origin.model->layers().back(), *model.layers().back(),
                        pair_first(origin.text.vocabulary.size()));
  }

  double loss_units(const EncodedDataset& data, std::span<const std::int64_t> rows) const override {
    std::int64_t tokens = 0;
    for (const std::int64_t row : rows) tokens += data.length(row);
    return static_cast<double>(tokens);
  }

  torch::Tensor loss(SequenceModelImpl& model, const BatchPart& part,
                     const LossOptions& options) const override {
    const torch::Tensor next =
        send_to(target_tags(part.data, part.rows), part.batch.input.device());
    return next_token_loss(model, part, next, part.batch.lengths, options.label_smoothing);
  }

  torch::Tensor predictions(const SequenceModelImpl&, const Batch&,
                            const torch::Tensor& output) const override {
    return torch::softmax(output, 2).to(torch::kFloat32);
  }

  Report measure(WorkerPool& pool, const MeasuredRows& rows) const override {
    return score_text(rows.data, read_windows(pool, cut_windows_to_measure(rows.data)));
  }

  Report measure_archive(const MeasuredArchive& archive, const MeasuredRows& rows) const override {
    const TokenWindows windows = cut_windows_to_measure(rows.data);
    const auto read_part = [&](std::size_t, std::int64_t first, std::int64_t end) {
      const c10::InferenceMode no_gradient;
      std::vector<torch::Tensor> states = archive.engine.start(end - first);
      return read_streams(windows, first, end,
                          [&](const torch::Tensor& tokens, const torch::Tensor&) {
                            return archive.engine.advance(tokens, states);
                          });
    };
    return score_text(rows.data,
                      read_in_parts(windows, archive.pool.size(), run_on(archive.pool), read_part));
  }

  void check_options(const EvaluateOptions& options) const override {
    if (!options.dynamic_rate) return;
    if (!(*options.dynamic_rate > 0) || !std::isfinite(*options.dynamic_rate)) {
      throw Error(ErrorKind::kUsage, "dynamic",
                  "found " + std::to_string(*options.dynamic_rate) +
                      "; expected a number above 0, such as 0.0003");
    }
    if (options.threads <= 1) return;
    throw Error(
        ErrorKind::kUsage, "threads",
        "found " + std::to_string(options.threads) +
            "; dynamic evaluation uses one, because each chunk depends on the one before; leave "
            "it out");
  }

  Report measure_dynamically(SequenceModelImpl& model, const MeasuredRows& rows,
                             const EvaluateOptions& options) const override {
    return score_text(rows.data, read_dynamically(model, rows.data, *options.dynamic_rate));
  }

  Facts data_facts(const PreparedData& data) const override {
    return {{"Training tokens", std::to_string(data.train.token_count())},
            {"Validation tokens", std::to_string(data.validation.token_count())},
            {"Vocabulary", std::to_string(data.vocabulary.size())}};
  }

  /// The model returns a vocabulary-sized output for each step, so its probe rows are shorter.
  ProbeRows probe_rows() const override { return {64, 8, /*shortens=*/true}; }

  double check_parity(const ParityCheck& check, const EncodedRows& rows) const override {
    const Batch batch = probe_batch(check.model, rows);
    const torch::Tensor expected = check.model.predict(batch).cpu();
    const auto inside = [&](const torch::Tensor& found) {
      return without_padding(found, batch.lengths);
    };
    const torch::Tensor one = torch::ones({1});
    const torch::Tensor read_on = probabilities_in_parts(check.graph, batch.input);
    check_difference(inside(expected), inside(read_on), one, "torchscript", check.allowed);
    if (check.fused != nullptr) {
      check_text_model(*check.fused, check.graph, rows, expected, "fused", check.allowed);
    }
    return check_difference(inside(expected), inside(check.graph.predict(rows)), one, "torchscript",
                            check.allowed);
  }

  std::optional<InferenceWork> inference_work(const ResolvedConfig& config,
                                              std::int64_t batch_tokens) const override {
    return InferenceWork{
        "scoring encoded texts", scored_tokens(config.vocabulary_size, batch_tokens),
        [](const FusedEngine& engine, const EncodedRows& rows) { engine.log_probabilities(rows); }};
  }
};

}  // namespace

const TrainingTask& language_model_training() {
  static const LanguageModelTraining task;
  return task;
}

}  // namespace sequent
