#include <algorithm>
#include <cmath>

#include "core/config_rules.h"
#include "core/thread_pool.h"
#include "infer/archive.h"
#include "infer/engine.h"
#include "runtime/thread_setup.h"
#include "sequent/trainer.h"
#include "train/dynamic_evaluation.h"
#include "train/load_run.h"
#include "train/score.h"
#include "train/workers.h"

namespace sequent {
namespace {

/// The labelled rows as this model reads them.
EncodedDataset read_rows(const std::string& file, const Config& config,
                         const Vocabulary& vocabulary, const LabelSet& labels,
                         const EvaluateOptions& options) {
  const DataFormat& format = options.format ? *options.format : config.data.format;
  const bool numeric = std::holds_alternative<NumericInput>(config.input);
  if (config.is_tagging() != is_tagged(format)) {
    throw Error(ErrorKind::kUsage, file,
                config.is_tagging() ? "the model tags tokens: the format must be conll or tokens"
                                    : "the format has tagged tokens: the model is no tagger");
  }
  if (numeric != is_numeric(format)) {
    throw Error(ErrorKind::kUsage, file,
                numeric ? "the model reads numbers: the format must be series or windows"
                        : "the model reads text: the format cannot be series or windows");
  }
  if (options.dynamic_rate && (!config.is_language_model() || !(*options.dynamic_rate > 0) ||
                               !std::isfinite(*options.dynamic_rate))) {
    throw Error(ErrorKind::kUsage, "dynamic",
                config.is_language_model() ? "found " + std::to_string(*options.dynamic_rate) +
                                                 "; expected a number above 0, such as 0.0003"
                                           : "has no meaning: the model is no language model");
  }
  if (options.dynamic_rate && options.threads > 1) {
    throw Error(ErrorKind::kUsage, "threads",
                "found " + std::to_string(options.threads) +
                    "; dynamic evaluation has one, since each part waits for the one before: leave "
                    "it out");
  }
  if (!config.is_language_model() && std::holds_alternative<LinesFormat>(format)) {
    throw Error(ErrorKind::kUsage, file, "lines have no labels: the model is no language model");
  }
  const UnseenLabels unseen = options.unseen_labels.value_or(config.data.unseen_labels);
  if (const auto fault = unseen_labels_fault(config, unseen)) {
    throw Error(ErrorKind::kUsage, "unseen labels", *fault);
  }
  return encode_file(file, format, encoder_spec(config), vocabulary, labels, unseen,
                     options.threads);
}

/// `model` is changed.
Report evaluate_dynamically(SequenceModel model, const EncodedDataset& data, double rate) {
  const TextScore found = read_dynamically(*model, data, rate);
  return score_text(data, found.loss, found.right);
}

/// The archive's weights in a model that can learn.
SequenceModel model_of(const LoadedArchive& archive) {
  const torch::NoGradGuard no_gradient;
  const ArchiveCard& card = archive.card;
  SequenceModel model(resolve(card.config, card.vocabulary, card.labels));
  const ArchiveWeights weights(archive.module);
  for (auto& named : model->named_parameters()) {
    const std::span<const float> values = weights(named.key());
    std::copy(values.begin(), values.end(), named.value().data_ptr<float>());
  }
  return model;
}

Report evaluate_run(const std::filesystem::path& folder, const std::string& file,
                    const EvaluateOptions& options) {
  const LoadedRun run = load_run(folder);
  const RunText& text = run.text;
  const EncodedDataset data = read_rows(file, text.config, text.vocabulary, text.labels, options);
  if (options.dynamic_rate) return evaluate_dynamically(run.model, data, *options.dynamic_rate);
  WorkerTeam team(run.model, torch::kCPU, options.threads);
  return measure(team, *run.model, text.labels, data,
                 report_calibration(run.manifest.validation_report));
}

EncodedRows rows_of(const EncodedDataset& data, const std::vector<std::size_t>& numbers) {
  EncodedRows rows;
  rows.reserve(numbers.size());
  for (const std::size_t row : numbers) rows.push_back(data.row(static_cast<std::int64_t>(row)));
  return rows;
}

Report evaluate_tags(const TorchScriptEngine& engine, const LabelSet& labels,
                     const EncodedDataset& data,
                     const std::vector<std::vector<std::size_t>>& batches, ThreadPool& pool) {
  std::vector<std::vector<std::int32_t>> tags(static_cast<std::size_t>(data.size()));
  const auto width = static_cast<std::size_t>(labels.row_size());
  std::vector<float> row_labels(tags.size() * width);
  pool.run(batches.size(), [&](std::size_t b) {
    std::vector<TaggedRow> found = engine.tag(rows_of(data, batches[b]));
    for (std::size_t i = 0; i < found.size(); ++i) {
      tags[batches[b][i]] = std::move(found[i].tags);
      std::ranges::copy(found[i].row_label,
                        row_labels.begin() + static_cast<std::ptrdiff_t>(batches[b][i] * width));
    }
  });
  return score_tags(labels, data, tags, row_labels, /*loss=*/std::nullopt);
}

Report evaluate_sequences(const TorchScriptEngine& engine, const EncodedDataset& data,
                          const std::vector<std::vector<std::size_t>>& batches, ThreadPool& pool) {
  WrittenRows result;
  result.texts.resize(static_cast<std::size_t>(data.size()));
  std::vector<WrittenRows> parts(batches.size());
  pool.run(batches.size(), [&](std::size_t b) {
    const EncodedRows rows = rows_of(data, batches[b]);
    const RowTensors tensors = make_row_tensors(rows, {.targets = true});
    parts[b].add(engine.score(rows), tensors.targets, tensors.target_lengths);
    EncodedRows sources;
    for (const InputRow& row : rows) sources.push_back(row.pair().first);
    const std::vector<WrittenRow> written = engine.write(sources, /*beams=*/1);
    for (std::size_t i = 0; i < rows.size(); ++i) result.texts[batches[b][i]] = written[i].tokens;
  });
  for (const WrittenRows& part : parts) result.add(part);
  return score_sequences(data, result);
}

Report evaluate_text(const TorchScriptEngine& engine, const EncodedDataset& lines,
                     ThreadPool& pool) {
  const TokenWindows windows = cut_windows_to_measure(lines);
  const auto read_part = [&](std::size_t, std::int64_t first, std::int64_t end) {
    const c10::InferenceMode no_gradient;
    std::vector<torch::Tensor> states = engine.start(end - first);
    return read_streams(windows, first, end,
                        [&](const torch::Tensor& tokens, const torch::Tensor&) {
                          return engine.advance(tokens, states);
                        });
  };
  const TaskRunner on_pool = [&](std::size_t count, const std::function<void(std::size_t)>& task) {
    pool.run(count, task);
  };
  const TextScore found = read_in_parts(windows, pool.size(), on_pool, read_part);
  return score_text(lines, found.loss, found.right);
}

Report evaluate_archive(const std::filesystem::path& path, const std::string& file,
                        const EvaluateOptions& options) {
  constexpr std::int64_t kTokens = 16384;
  const LoadedArchive archive = load_archive(path);
  const ArchiveCard& card = archive.card;
  const EncodedDataset data = read_rows(file, card.config, card.vocabulary, card.labels, options);
  if (options.dynamic_rate) {
    return evaluate_dynamically(model_of(archive), data, *options.dynamic_rate);
  }
  std::vector<std::int64_t> lengths;
  for (std::int64_t row = 0; row < data.size(); ++row) lengths.push_back(data.length(row));
  const bool writes = card.config.is_sequence_to_sequence();
  const auto batches =
      plan_batches(lengths, writes ? scored_tokens(card.vocabulary.size(), kTokens) : kTokens);
  const TorchScriptEngine engine(archive.module, row_form(card.config));
  ThreadPool pool(options.threads, enter_compute_thread);
  if (card.config.is_language_model()) return evaluate_text(engine, data, pool);
  if (card.config.is_sequence_to_sequence()) {
    return evaluate_sequences(engine, data, batches, pool);
  }
  if (card.config.is_tagging()) return evaluate_tags(engine, card.labels, data, batches, pool);
  const auto width = static_cast<std::size_t>(card.labels.size());
  std::vector<float> predictions(static_cast<std::size_t>(data.size()) * width);
  pool.run(batches.size(), [&](std::size_t b) {
    const torch::Tensor found = engine.predict(rows_of(data, batches[b]));
    const auto* values = found.data_ptr<float>();
    for (std::size_t i = 0; i < batches[b].size(); ++i) {
      std::copy_n(values + i * width, width,
                  predictions.begin() + static_cast<std::ptrdiff_t>(batches[b][i] * width));
    }
  });
  std::vector<float> deviations;
  if (card.config.standardizes_targets()) {
    const std::size_t head = card.config.model.layers.size() - 1;
    const ArchiveWeights weights(archive.module);
    const auto kept = weights("layers." + std::to_string(head) + ".target_deviation");
    deviations.assign(kept.begin(), kept.end());
  }
  return score(card.config, card.labels, data, predictions, deviations,
               report_calibration(card.validation_report));
}

}  // namespace

Report evaluate(const std::filesystem::path& run_or_model, const std::string& data,
                const EvaluateOptions& options) {
  warn_about_slow_blas();
  return std::filesystem::is_directory(run_or_model)
             ? evaluate_run(run_or_model, data, options)
             : evaluate_archive(run_or_model, data, options);
}

}  // namespace sequent
