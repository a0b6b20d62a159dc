#include "infer/loaded_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "data/row_faults.h"
#include "data/warn_once.h"
#include "infer/graph_plugin.h"
#include "kernels/recurrent.h"
#include "runtime/rows.h"
#include "runtime/thread_setup.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
double unknown_share(const EncodedText& encoded) {
  const auto kept = std::count_if(encoded.ids.begin(), encoded.ids.end(), [](std::int32_t id) {
    return id != Vocabulary::kPad && id != Vocabulary::kEmpty;
  });
  return kept > 0 ? static_cast<double>(encoded.unknown_count) / static_cast<double>(kept) : 0;
}

LoadedModel::LoadedModel(LoadedArchive archive, std::string name, const ModelOptions& options)
    : name_(std::move(name)),
      options_(options),
      metadata_json_(std::move(archive.metadata_json)),
      labels_(archive.metadata.labels.names()),
      sequence_labels_(archive.metadata.labels.sequence_names()),
      config_(archive.config),
      definition_(definition_of(config_.config)),
      validation_report_(std::move(archive.metadata.validation_report)),
      features_(features_of(config_.config.input)) {
  if (std::holds_alternative<TextInput>(config_.config.input)) {
    const EncoderSpec spec = encoder_spec(config_.config);
    encoder_.emplace(std::get<TextInput>(spec.input), std::move(archive.metadata.vocabulary),
                     spec.spells_unknown);
  } else {
    numeric_ = std::get<NumericInput>(config_.config.input);
  }
  check_origins();
  check_options();
  make_engine(archive);
  if (options_.explanations) weights_ = std::move(archive.weights);
}

void LoadedModel::check_origins() const {
  const DataSpec& data = config_.config.data;
  const auto check = [&](const char* option, const std::vector<double>& origin,
                         std::int64_t expected) {
    if (origin.empty() || std::ssize(origin) == expected) return;
    throw Error(ErrorKind::kArtifact, name_ + ": /config/data/" + option,
                "found " + std::to_string(origin.size()) + " numbers; expected " +
                    std::to_string(expected) + ": export the model again");
  };
  check("origin", data.origin, channels());
  check("target_origin", data.target_origin, std::ssize(labels_));
}

void LoadedModel::check_options() const {
  constexpr std::int64_t kMostTableMib = std::int64_t{1} << 20;
  if (options_.token_table_mib < 0 || options_.token_table_mib > kMostTableMib) {
    throw Error(ErrorKind::kUsage, "token table",
                "found " + std::to_string(options_.token_table_mib) + " MiB; expected 0 to " +
                    std::to_string(kMostTableMib));
  }
  const bool fused = options_.engine == Engine::kFused;
  if (options_.precision == Precision::kFloat16) {
    throw Error(ErrorKind::kUsage, "precision",
                "found float16, which is for training on a GPU; use float32, bfloat16 or auto");
  }
  if (options_.precision == Precision::kBfloat16 && !fused) {
    throw Error(ErrorKind::kUsage, "precision",
                "found bfloat16, which only the fused engine supports; use that engine, float32 or "
                "auto");
  }
  if (options_.precision == Precision::kBfloat16 &&
      !FusedEngine::has_recurrent_layer(config_.config)) {
    throw Error(ErrorKind::kUsage, "precision",
                "found bfloat16, but this model has no layer that supports it; "
                "use float32 or auto");
  }
}

void LoadedModel::make_engine(const LoadedArchive& archive) {
  if (options_.engine == Engine::kFused) {
    const FusedOptions how{options_.token_table_mib << 20, options_.precision};
    fused_ = std::make_unique<FusedEngine>(config_, archive.weights, how);
    if (const std::string note = kernels::chosen_kernels_note(); !note.empty()) log_warning(note);
    return;
  }
  graph_ = make_graph_engine(graph_model(archive, options_.trust_code));
  if (const std::string note = graph_->speed_note(); !note.empty()) warn_once(note);
}

const std::vector<GradientModel>& LoadedModel::gradient_models() const {
  if (!options_.explanations) {
    throw Error(ErrorKind::kUsage, name_,
                "the model was loaded without ModelOptions::explanations, which explain needs");
  }
  std::call_once(gradients_made_, [this] {
    const WeightSource weights = [this](const std::string& name) { return weights_(name); };
    gradients_.reserve(static_cast<std::size_t>(members()));
    for (std::int64_t member = 0; member < members(); ++member) {
      gradients_.emplace_back(config_, member_weights(weights, config_, member));
    }
  });
  return gradients_;
}

InputKind LoadedModel::input() const {
  if (numeric_) return InputKind::kSeries;
  if (!features_of(config_.config.input).empty()) return InputKind::kTextWithFeatures;
  return config_.config.reads_pairs() ? InputKind::kTextPair : InputKind::kText;
}

const std::vector<double>& LoadedModel::calibration() const {
  std::call_once(calibration_read_, [this] {
    calibration_ = report_calibration(validation_report_, config_.config.task);
  });
  return calibration_;
}

// ---- encoding

EncodedInputs LoadedModel::encode(std::span<const std::string> texts) const {
  return encode_each(texts.size(), [&](std::size_t i) { return encoder().encode(texts[i]); });
}

EncodedInputs LoadedModel::encode(std::span<const TextPair> pairs) const {
  return encode_each(pairs.size(), [&](std::size_t i) {
    return encoder().encode_pair(pairs[i].first, pairs[i].second);
  });
}

EncodedInputs LoadedModel::encode(std::span<const Series> series) const {
  EncodedInputs inputs;
  inputs.facts.resize(series.size());
  inputs.series.reserve(series.size());
  inputs.rows.reserve(series.size());
  for (std::size_t i = 0; i < series.size(); ++i) {
    check_series(series[i], i);
    inputs.series.push_back(to_floats(series[i], config_.config.data.origin));
    inputs.facts[i].truncated = fit_values(inputs.series[i], *numeric_);
    inputs.rows.push_back({{}, inputs.series[i], numeric_->channels});
  }
  return inputs;
}

EncodedInputs LoadedModel::encode(std::span<const TextWithFeatures> inputs) const {
  std::vector<std::vector<float>> features(inputs.size());
  EncodedInputs encoded = encode_each(inputs.size(), [&](std::size_t i) {
    features[i] = encode_features(inputs[i], i);
    return encoder().encode(inputs[i].text);
  });
  encoded.features = std::move(features);
  for (std::size_t i = 0; i < inputs.size(); ++i) encoded.rows[i].features = encoded.features[i];
  return encoded;
}

std::vector<float> LoadedModel::encode_features(const TextWithFeatures& input,
                                                std::size_t index) const {
  const std::vector<FeatureSpec>& specs = features_of(config_.config.input);
  const std::string where = "text " + std::to_string(index);
  if (input.features.size() != specs.size()) {
    throw Error(ErrorKind::kData, where,
                "found " + std::to_string(input.features.size()) + " features; the model reads " +
                    list_names(feature_names(specs)));
  }
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (fits_feature(specs[i], input.features[i])) continue;
    throw Error(ErrorKind::kData, where,
                feature_fault(specs[i], input.features[i],
                              "the feature \"" + feature_names(specs)[i] + "\""));
  }
  return features_.encode(input.features);
}

void LoadedModel::check_series(const Series& series, std::size_t index) const {
  const std::string where = "sequence " + std::to_string(index);
  const auto channels = static_cast<std::size_t>(numeric_->channels);
  if (series.empty() || series.size() % channels != 0) {
    throw Error(ErrorKind::kData, where,
                "found " + std::to_string(series.size()) +
                    " numbers; expected at least one step of " + std::to_string(channels));
  }
  if (!std::all_of(series.begin(), series.end(),
                   [](double x) { return std::isfinite(static_cast<float>(x)); })) {
    throw Error(ErrorKind::kData, where,
                "found a value that is not finite, or out of range for a 32-bit float");
  }
}

EncodedInputs LoadedModel::encode_each(
    std::size_t count, const std::function<EncodedText(std::size_t)>& encode_one) const {
  constexpr std::size_t kTextsPerTask = 64;
  EncodedInputs inputs;
  inputs.texts.resize(count);
  inputs.facts.resize(count);
  inputs.rows.resize(count);
  for_each((count + kTextsPerTask - 1) / kTextsPerTask, [&](std::size_t task) {
    const std::size_t end = std::min(count, (task + 1) * kTextsPerTask);
    for (std::size_t i = task * kTextsPerTask; i < end; ++i) {
      EncodedText& text = inputs.texts[i];
      try {
        text = encode_one(i);
      } catch (const Error& error) {
        throw Error(error.kind(), "text " + std::to_string(i), error.issues().at(0).message);
      }
      inputs.facts[i] = {text.empty, text.truncated, unknown_share(text)};
      inputs.rows[i] = {text.ids, {}, 0, text.unknown_words};
    }
  });
  return inputs;
}

// ---- computing

void LoadedModel::run_here(const std::function<void()>& task) const {
  if (graph_) return graph_->run_here(task);
  const KernelScope scope;
  task();
}

/// A single task runs in the caller's thread; several share the pool, which is created on first
/// use.
void LoadedModel::for_each(std::size_t count, const std::function<void(std::size_t)>& task) const {
  if (count == 1) {
    run_here([&] { task(0); });
  } else if (count > 1) {
    std::call_once(pool_made_, [&] {
      pool_.emplace(options_.threads, [this] {
        if (graph_) return graph_->enter_thread();
        enter_kernel_thread();
      });
    });
    pool_->run(count, task);
  }
}

void LoadedModel::run_batches(const EncodedRows& rows, std::int64_t batch_tokens,
                              const UseBatch& use) const {
  // Even a call with few texts is spread over the threads, but not in tiny batches.
  constexpr std::int64_t kLeastTokens = 256;
  std::vector<std::int64_t> lengths;
  lengths.reserve(rows.size());
  for (const InputRow& row : rows) lengths.push_back(row.length());
  const std::int64_t tokens = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  const std::int64_t share = tokens / resolve_threads(options_.threads) + 1;
  const auto batches = plan_batches(lengths, std::min(batch_tokens, std::max(share, kLeastTokens)));
  for_each(batches.size(), [&](std::size_t b) {
    EncodedRows chosen;
    chosen.reserve(batches[b].size());
    for (const std::size_t row : batches[b]) chosen.push_back(rows[row]);
    use(batches[b], chosen);
  });
}

void LoadedModel::predict(
    const EncodedRows& rows,
    const std::function<void(std::size_t, std::span<const float>)>& use) const {
  const auto outputs = static_cast<std::size_t>(labels_.size());
  run_batches(rows, options_.batch_tokens,
              [&](const std::vector<std::size_t>& numbers, const EncodedRows& chosen) {
                std::vector<float> all;
                if (graph_) {
                  all = graph_->predict(chosen);
                } else {
                  all.resize(chosen.size() * outputs);
                  fused_->predict(chosen, all.data());
                }
                for (std::size_t i = 0; i < numbers.size(); ++i) {
                  use(numbers[i], std::span(all).subspan(i * outputs, outputs));
                }
              });
}

std::vector<TaggedRow> LoadedModel::tag(const EncodedRows& rows) const {
  return fused_ ? fused_->tag(rows) : graph_->tag(rows);
}

std::vector<GeneratedRow> LoadedModel::write(const EncodedRows& rows, std::int64_t beams) const {
  return fused_ ? fused_->write(rows, beams) : graph_->write(rows, beams);
}

const TextModel& LoadedModel::text_model() const {
  if (fused_) return *fused_;
  return graph_->text_model();
}

}  // namespace sequent
