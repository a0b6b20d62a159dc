// What answers behind Predictor: texts and numbers in, batches through an engine, answers out.
#pragma once

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "core/thread_pool.h"
#include "infer/archive.h"
#include "infer/engine.h"
#include "infer/fused_engine.h"
#include "infer/text_writer.h"
#include "kernels/recurrent.h"
#include "runtime/thread_setup.h"
#include "sequent/error.h"
#include "sequent/log.h"
#include "sequent/metrics.h"
#include "sequent/predictor.h"
#include "sequent/tags.h"
#include "sequent/text.h"
#include "text/code_points.h"

namespace sequent {

class Predictor::Impl {
 public:
  static constexpr std::int64_t kMostTableMib = std::int64_t{1} << 20;

  Impl(LoadedArchive archive, const PredictorOptions& options)
      : options_(options),
        card_json_(std::move(archive.card_json)),
        labels_(archive.card.labels.names()),
        row_labels_(archive.card.labels.row_names()),
        config_(resolve(archive.card.config, archive.card.vocabulary, archive.card.labels)) {
    if (std::holds_alternative<TextInput>(config_.config.input)) {
      const EncoderSpec spec = encoder_spec(config_.config);
      encoder_.emplace(std::get<TextInput>(spec.input), std::move(archive.card.vocabulary),
                       spec.spells_unknown);
    } else {
      numeric_ = std::get<NumericInput>(config_.config.input);
    }
    if (config_.config.is_tagging()) tags_.emplace(labels_);
    if (config_.config.is_multi_label()) {
      constexpr double kUsualThreshold = 0.5;
      thresholds_ = report_calibration(archive.card.validation_report).thresholds;
      thresholds_.resize(labels_.size(), kUsualThreshold);
    }
    if (options.token_table_mib < 0 || options.token_table_mib > kMostTableMib) {
      throw Error(ErrorKind::kUsage, "token table",
                  "found " + std::to_string(options.token_table_mib) + " MiB; allowed is 0 to " +
                      std::to_string(kMostTableMib));
    }
    if (options.beams < 1 || (options.beams > 1 && !config_.config.is_sequence_to_sequence())) {
      throw Error(ErrorKind::kUsage, "beams",
                  options.beams < 1
                      ? "found " + std::to_string(options.beams) + "; allowed is at least 1"
                      : "has no meaning for a model that writes no text");
    }
    const std::string not_served = FusedEngine::not_served(config_);
    const bool fused = options.engine == Engine::kFused && FusedEngine::serves(config_);
    if (options.precision == Precision::kFloat16) {
      throw Error(ErrorKind::kUsage, "precision",
                  "found float16, which is for training on a GPU; use float32, bfloat16 or auto");
    }
    if (options.precision == Precision::kBfloat16 && !fused) {
      throw Error(ErrorKind::kUsage, "precision",
                  "found bfloat16, which only the fused engine has; this model runs on the "
                  "torchscript engine: use float32 or auto");
    }
    if (options.precision == Precision::kBfloat16 &&
        !FusedEngine::has_recurrent_kernel(config_.config)) {
      throw Error(ErrorKind::kUsage, "precision",
                  "found bfloat16, but no layer of this model has products that it would speed up; "
                  "use float32 or auto");
    }
    if (options.engine == Engine::kFused && !not_served.empty()) {
      log_info(not_served + ", which has no kernel: the model runs on the torchscript engine");
    }
    if (fused) {
      const FusedOptions how{options.token_table_mib << 20, options.precision};
      fused_ = std::make_unique<FusedEngine>(config_, ArchiveWeights(archive.module), how);
      if (const std::string note = kernels::chosen_kernels_note(); !note.empty()) log_warning(note);
    } else {
      torch_script_ = std::make_unique<TorchScriptEngine>(archive.module, row_form(config_.config));
      warn_about_slow_blas();
    }
    if (config_.config.is_language_model()) {
      const auto& tokenizer = std::get<TextInput>(config_.config.input).tokenizer;
      writer_.emplace(text_model(), *encoder_, tokenizer);
    }
  }

  /// A text cut into tokens. Places in code points.
  struct SplitText {
    std::vector<std::string> tokens;
    std::vector<std::pair<std::int64_t, std::int64_t>> places;
  };

  SplitText split(std::string_view text) const {
    SplitText result;
    const CodePoints points(text);
    const auto& spec = std::get<TextInput>(config_.config.input).tokenizer;
    for (const PlacedToken& token : place_tokens(spec, text)) {
      result.tokens.emplace_back(text.substr(token.begin, token.end - token.begin));
      result.places.emplace_back(points.before(token.begin), points.before(token.end));
    }
    return result;
  }

  static SplitText placed(const std::vector<std::string>& tokens) {
    SplitText result{tokens, {}};
    std::int64_t at = 0;
    for (const std::string& token : tokens) {
      const std::int64_t length = CodePoints(token).count();
      result.places.emplace_back(at, at + length);
      at += length + 1;
    }
    return result;
  }

  /// `split_one(i)` gives the i-th text's tokens.
  template <class Split>
  std::vector<TaggedText> tag(std::size_t count, const Split& split_one) const {
    if (!tags_) throw Error(ErrorKind::kUsage, "", "the model gives no tags");
    std::vector<SplitText> texts(count);
    const std::vector<EncodedText> encoded = encode_all(count, [&](std::size_t i) {
      texts[i] = split_one(i);
      return encoder_->encode(texts[i].tokens);
    });
    std::vector<TaggedText> result(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!encoded[i].empty) drop_unread(texts[i], encoded[i].ids.size());
      result[i].truncated = encoded[i].truncated;
      result[i].unknown_share = unknown_share(encoded[i]);
    }
    EncodedRows rows;
    std::vector<std::size_t> row_text;  // those that have a token
    for (std::size_t i = 0; i < count; ++i) {
      if (encoded[i].empty) continue;
      rows.push_back({encoded[i].ids, {}, 0, encoded[i].unknown_words});
      row_text.push_back(i);
    }
    run_batches(rows, options_.batch_tokens,
                [&](const std::vector<std::size_t>& batch, const EncodedRows& chosen) {
                  const std::vector<TaggedRow> found =
                      fused_ ? fused_->tag(chosen) : torch_script_->tag(chosen);
                  for (std::size_t i = 0; i < batch.size(); ++i) {
                    const std::size_t text = row_text[batch[i]];
                    fill(result[text], texts[text], found[i]);
                  }
                });
    return result;
  }

  std::vector<Prediction> predict(std::span<const std::string> texts) const {
    if (reads_pairs()) {
      throw Error(ErrorKind::kUsage, "",
                  "the model reads pairs of texts, and was given single ones");
    }
    return predict_texts(texts.size(), [&](std::size_t i) { return encoder_->encode(texts[i]); });
  }

  std::vector<Prediction> predict(std::span<const TextPair> pairs) const {
    if (!reads_pairs()) {
      throw Error(ErrorKind::kUsage, "", "the model reads single texts, and was given pairs");
    }
    return predict_texts(pairs.size(), [&](std::size_t i) {
      return encoder_->encode_pair(pairs[i].first, pairs[i].second);
    });
  }

  std::vector<Prediction> predict(std::span<const std::vector<float>> sequences) const {
    if (!numeric_) {
      throw Error(ErrorKind::kUsage, "", "the model reads text, and was given numbers");
    }
    std::vector<Prediction> predictions(sequences.size());
    std::vector<std::vector<float>> fitted(sequences.begin(), sequences.end());
    EncodedRows rows;
    rows.reserve(sequences.size());
    for (std::size_t i = 0; i < fitted.size(); ++i) {
      check_values(fitted[i], i);
      predictions[i].truncated = fit_values(fitted[i], *numeric_);
      rows.push_back({{}, fitted[i], numeric_->channels});
    }
    run_all(rows, predictions);
    return predictions;
  }

  /// The engine that has vectors. Errors: Usage.
  const FusedEngine& vector_engine() const {
    if (tags_ || writer_ || !encoder_ || is_sequence_to_sequence()) {
      throw Error(ErrorKind::kUsage, "", "the model makes no vector of a text");
    }
    if (!fused_) {
      throw Error(ErrorKind::kUsage, "", "the torchscript engine gives no vectors of texts");
    }
    return *fused_;
  }

  std::vector<float> embed(std::span<const std::string> texts) const {
    const FusedEngine& engine = vector_engine();
    const auto width = static_cast<std::size_t>(engine.vector_width());
    const std::vector<EncodedText> encoded =
        encode_all(texts.size(), [&](std::size_t i) { return encoder_->encode(texts[i]); });
    const EncodedRows rows = rows_of(encoded);
    std::vector<float> vectors(texts.size() * width);
    run_batches(rows, options_.batch_tokens,
                [&](const std::vector<std::size_t>& batch, const EncodedRows& chosen) {
                  std::vector<float> found(batch.size() * width);
                  engine.embed(chosen, found.data());
                  for (std::size_t i = 0; i < batch.size(); ++i) {
                    std::copy_n(found.data() + i * width, width, vectors.data() + batch[i] * width);
                  }
                });
    return vectors;
  }

  const TextWriter& writer() const {
    if (!writer_) throw Error(ErrorKind::kUsage, "", "the model is no language model");
    return *writer_;
  }

  std::vector<TextLikelihood> score(std::span<const std::string> texts) const {
    writer();  // there is one
    const std::vector<EncodedText> encoded = encode_all(texts.size(), [&](std::size_t i) {
      EncodedText text = encoder_->encode_lines(texts[i]);
      if (text.empty) text.ids.clear();
      return text;
    });
    std::vector<TextLikelihood> result(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      result[i].tokens = encoded[i].token_count + 1;
      result[i].unknown_share = unknown_share(encoded[i]);
    }
    run_batches(rows_of(encoded), text_model().scored_together(options_.batch_tokens),
                [&](const std::vector<std::size_t>& batch, const EncodedRows& chosen) {
                  const std::vector<double> found = text_model().log_probabilities(chosen);
                  for (std::size_t i = 0; i < batch.size(); ++i)
                    result[batch[i]].log_probability = found[i];
                });
    return result;
  }

  std::vector<WrittenText> write(std::span<const std::string> texts) const {
    if (!is_sequence_to_sequence()) {
      throw Error(ErrorKind::kUsage, "", "the model writes no text for another");
    }
    const std::vector<EncodedText> encoded =
        encode_all(texts.size(), [&](std::size_t i) { return encoder_->encode(texts[i]); });
    std::vector<WrittenText> result(texts.size());
    note_facts(encoded, result);
    const std::int64_t together = scored_tokens(encoder_->vocabulary().size() * options_.beams,
                                                options_.batch_tokens / options_.beams);
    run_batches(rows_of(encoded), together,
                [&](const std::vector<std::size_t>& batch, const EncodedRows& chosen) {
                  const std::vector<WrittenRow> found =
                      fused_ ? fused_->write(chosen, options_.beams)
                             : torch_script_->write(chosen, options_.beams);
                  for (std::size_t i = 0; i < batch.size(); ++i) {
                    result[batch[i]].text = joined(found[i].tokens);
                    result[batch[i]].log_probability = found[i].log_probability;
                  }
                });
    return result;
  }

  bool is_sequence_to_sequence() const { return config_.config.is_sequence_to_sequence(); }
  std::int64_t channels() const { return numeric_ ? numeric_->channels : 0; }
  bool reads_pairs() const { return config_.config.reads_pairs(); }
  bool is_regression() const { return config_.config.is_regression(); }
  bool is_tagger() const { return tags_.has_value(); }
  bool is_language_model() const { return writer_.has_value(); }
  bool is_multi_label() const { return config_.config.is_multi_label(); }

  const std::vector<std::string>& labels() const { return labels_; }
  const std::vector<std::string>& row_labels() const { return row_labels_; }
  const std::string& card_json() const { return card_json_; }

 private:
  /// The engine, for a language model.
  const TextModel& text_model() const {
    if (fused_) return *fused_;
    return *torch_script_;
  }

  void check_values(const std::vector<float>& values, std::size_t index) const {
    const std::string where = "sequence " + std::to_string(index);
    const auto channels = static_cast<std::size_t>(numeric_->channels);
    if (values.empty() || values.size() % channels != 0) {
      throw Error(ErrorKind::kData, where,
                  "found " + std::to_string(values.size()) +
                      " numbers; expected at least one step of " + std::to_string(channels));
    }
    if (!std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); })) {
      throw Error(ErrorKind::kData, where, "found a value that is not finite");
    }
  }

  /// Calls `use(numbers, rows)` for batches of rows of similar length, on many threads.
  template <class Use>
  void run_batches(const EncodedRows& rows, std::int64_t batch_tokens, const Use& use) const {
    // A call of few texts is spread over the threads as well, but not in crumbs.
    constexpr std::int64_t kLeastTokens = 256;
    std::vector<std::int64_t> lengths;
    lengths.reserve(rows.size());
    for (const InputRow& row : rows) lengths.push_back(row.length());
    const std::int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
    const std::int64_t share = tokens / resolve_threads(options_.threads) + 1;
    const auto batches =
        plan_batches(lengths, std::min(batch_tokens, std::max(share, kLeastTokens)));
    for_each(batches.size(), [&](std::size_t b) {
      EncodedRows chosen;
      chosen.reserve(batches[b].size());
      for (const std::size_t row : batches[b]) chosen.push_back(rows[row]);
      use(batches[b], chosen);
    });
  }

  void run_all(const EncodedRows& rows, std::vector<Prediction>& predictions) const {
    run_batches(rows, options_.batch_tokens,
                [&](const std::vector<std::size_t>& batch, const EncodedRows& chosen) {
                  run(batch, chosen, predictions);
                });
  }

  /// Forgets the places of tokens that are cut off: the model reads `count` of them.
  void drop_unread(SplitText& text, std::size_t count) const {
    const auto unread = static_cast<std::ptrdiff_t>(text.places.size() - count);
    const bool at_start = std::get<TextInput>(config_.config.input).truncating == Side::kPre;
    const auto from = at_start ? text.places.begin() : text.places.end() - unread;
    text.places.erase(from, from + unread);
  }

  /// Shapes: as many places in `text` as tags in `row`.
  void fill(TaggedText& result, const SplitText& text, const TaggedRow& row) const {
    if (!row.row_label.empty()) {
      const auto best = std::max_element(row.row_label.begin(), row.row_label.end());
      result.row_label = best - row.row_label.begin();
      result.row_probability = *best;
    }
    for (std::size_t t = 0; t < row.tags.size(); ++t) {
      const auto [begin, end] = text.places[t];
      result.tokens.push_back({begin, end, row.tags[t], row.probabilities[t]});
    }
    for (const TagSpan& span : tags_->spans(row.tags)) {
      const auto first = static_cast<std::size_t>(span.begin);
      const auto last = static_cast<std::size_t>(span.end) - 1;
      const auto from = row.probabilities.begin();
      result.spans.push_back({text.places[first].first, text.places[last].second, span.begin,
                              span.end, tags_->types()[static_cast<std::size_t>(span.type)],
                              *std::min_element(from + span.begin, from + span.end)});
    }
  }

  std::string joined(const std::vector<std::int32_t>& tokens) const {
    const TokenJoiner joiner(std::get<TextInput>(config_.config.input).tokenizer);
    std::string text;
    for (const std::int32_t token : tokens) {
      text += joiner.next(text, encoder_->vocabulary().token(token));
    }
    return text;
  }

  static double unknown_share(const EncodedText& encoded) {
    const auto kept = std::count_if(encoded.ids.begin(), encoded.ids.end(), [](std::int32_t id) {
      return id != Vocabulary::kPad && id != Vocabulary::kEmpty;
    });
    return kept > 0 ? static_cast<double>(encoded.unknown_count) / static_cast<double>(kept) : 0;
  }

  /// Errors of a text say which it was.
  template <class Work>
  static void with_index(std::size_t index, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      throw Error(error.kind(), "text " + std::to_string(index), error.issues().at(0).message);
    }
  }

  /// One task runs in the caller's thread; more share the pool, which is made when first needed.
  void for_each(std::size_t count, const std::function<void(std::size_t)>& task) const {
    if (count == 1 && fused_) {
      const KernelScope scope;
      task(0);
    } else if (count == 1) {
      const ComputeScope scope;
      task(0);
    } else if (count > 1) {
      const auto enter = fused_ ? enter_kernel_thread : enter_compute_thread;
      std::call_once(pool_made_, [&] { pool_.emplace(options_.threads, enter); });
      pool_->run(count, task);
    }
  }

  /// `encode(i)` gives the i-th text, or pair; on many threads.
  template <class Encode>
  std::vector<EncodedText> encode_all(std::size_t count, const Encode& encode) const {
    constexpr std::size_t kTextsPerTask = 64;
    std::vector<EncodedText> encoded(count);
    for_each((count + kTextsPerTask - 1) / kTextsPerTask, [&](std::size_t task) {
      const std::size_t end = std::min(count, (task + 1) * kTextsPerTask);
      for (std::size_t i = task * kTextsPerTask; i < end; ++i) {
        with_index(i, [&] { encoded[i] = encode(i); });
      }
    });
    return encoded;
  }

  /// They look into `encoded`.
  static EncodedRows rows_of(const std::vector<EncodedText>& encoded) {
    EncodedRows rows;
    rows.reserve(encoded.size());
    for (const EncodedText& text : encoded) rows.push_back({text.ids, {}, 0, text.unknown_words});
    return rows;
  }

  /// What the texts themselves say of their answers.
  template <class Answer>
  static void note_facts(const std::vector<EncodedText>& encoded, std::vector<Answer>& answers) {
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      answers[i].empty = encoded[i].empty;
      answers[i].truncated = encoded[i].truncated;
      answers[i].unknown_share = unknown_share(encoded[i]);
    }
  }

  template <class Encode>
  std::vector<Prediction> predict_texts(std::size_t count, const Encode& encode) const {
    if (tags_) throw Error(ErrorKind::kUsage, "", "the model gives tags: call tag()");
    if (writer_) {
      throw Error(ErrorKind::kUsage, "", "is a language model: call score() or generate()");
    }
    if (is_sequence_to_sequence()) {
      throw Error(ErrorKind::kUsage, "", "the model answers with texts: call write()");
    }
    if (!encoder_) {
      throw Error(ErrorKind::kUsage, "",
                  "the model reads sequences of numbers, and was given text");
    }
    const std::vector<EncodedText> encoded = encode_all(count, encode);
    std::vector<Prediction> predictions(count);
    note_facts(encoded, predictions);
    run_all(rows_of(encoded), predictions);
    return predictions;
  }

  void run(const std::vector<std::size_t>& batch, const EncodedRows& rows,
           std::vector<Prediction>& predictions) const {
    const std::size_t classes = labels_.size();
    std::vector<float> all(rows.size() * classes);
    if (fused_) {
      fused_->predict(rows, all.data());
    } else {
      const torch::Tensor found = torch_script_->predict(rows);
      std::copy_n(found.data_ptr<float>(), all.size(), all.begin());
    }
    const float* values = all.data();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Prediction& prediction = predictions[batch[i]];
      const float* begin = values + i * classes;
      if (is_regression()) {
        prediction.values.assign(begin, begin + classes);
        continue;
      }
      prediction.probabilities.assign(begin, begin + classes);
      const auto best = std::max_element(begin, begin + classes);
      prediction.label = best - begin;
      prediction.probability = *best;
      for (std::size_t label = 0; label < thresholds_.size(); ++label) {
        if (begin[label] >= thresholds_[label]) {
          prediction.labels.push_back(static_cast<std::int64_t>(label));
        }
      }
    }
  }

  PredictorOptions options_;
  std::string card_json_;
  std::vector<std::string> labels_;
  std::vector<std::string> row_labels_;  // of a tagger that labels whole rows as well
  ResolvedConfig config_;
  std::optional<TagSet> tags_;          // of a tagger
  std::vector<double> thresholds_;      // of multi_label: of each label
  std::optional<TextEncoder> encoder_;  // one of the two
  std::optional<NumericInput> numeric_;
  std::unique_ptr<FusedEngine> fused_;  // one of the two
  std::unique_ptr<TorchScriptEngine> torch_script_;
  std::optional<TextWriter> writer_;  // of a language model
  mutable std::once_flag pool_made_;
  mutable std::optional<ThreadPool> pool_;
};

}  // namespace sequent
