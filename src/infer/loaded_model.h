// A loaded archive: encodes inputs, batches them, and runs the batches through an engine on many
// threads. The views of a task, in tasks/<task>/, convert the outputs to predictions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/thread_pool.h"
#include "data/feature_encoder.h"
#include "infer/archive.h"
#include "infer/finite_outputs.h"
#include "infer/fused_engine.h"
#include "infer/gradient_model.h"
#include "infer/graph_engine.h"
#include "sequent/data.h"
#include "sequent/inference.h"
#include "sequent/text.h"
#include "tasks/task_definition.h"

namespace sequent {

/// The flags of an input that a prediction reports.
struct InputFacts {
  bool empty = false;        // a text had no token
  bool truncated = false;    // longer than the model's max_length
  double unknown_share = 0;  // share of the tokens read that have no id
};

/// Returns the share of the tokens read that have no id.
double unknown_share(const EncodedText& encoded);

/// The inputs of one call in the form that engines read. `rows` refers to the other members: move
/// this struct, never copy it.
struct EncodedInputs {
  std::vector<EncodedText> texts;  // one of the two
  std::vector<std::vector<float>> series;
  std::vector<std::vector<float>> features;  // of texts that have them
  std::vector<InputFacts> facts;
  EncodedRows rows;

  EncodedInputs() = default;
  EncodedInputs(EncodedInputs&&) noexcept = default;
  EncodedInputs& operator=(EncodedInputs&&) noexcept = default;
  EncodedInputs(const EncodedInputs&) = delete;
  EncodedInputs& operator=(const EncodedInputs&) = delete;
  ~EncodedInputs() = default;
};

/// Threads: all functions can be called from many threads at once.
class LoadedModel {
 public:
  /// Messages refer to the archive by `name`. Errors: see Model::load.
  LoadedModel(LoadedArchive archive, std::string name, const ModelOptions& options);
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;

  const std::string& name() const { return name_; }
  const Config& config() const { return config_.config; }
  const TaskDefinition& definition() const { return definition_; }
  const ModelOptions& options() const { return options_; }
  InputKind input() const;
  std::int64_t channels() const { return numeric_ ? numeric_->channels : 0; }
  const std::vector<std::string>& labels() const { return labels_; }
  /// Whether the outputs are 1 - p and p of one sigmoid unit.
  bool is_binary() const { return config_.is_binary(); }
  const std::vector<std::string>& sequence_labels() const { return sequence_labels_; }
  /// See TaskDefinition::calibration. Parsed on first use. Errors: Artifact.
  const std::vector<double>& calibration() const;
  /// JSON of report.h; empty if the archive has none.
  const std::string& validation_report() const { return validation_report_; }
  const std::string& metadata_json() const { return metadata_json_; }

  /// These three are for models that read text.
  const TextEncoder& encoder() const { return encoder_.value(); }
  const TextInput& text_input() const { return std::get<TextInput>(config_.config.input); }
  const TokenizerSpec& tokenizer() const { return text_input().tokenizer; }

  // ---- encoding

  /// Errors (all functions): Data; the message names the input's index.
  EncodedInputs encode(std::span<const std::string> texts) const;
  EncodedInputs encode(std::span<const TextPair> pairs) const;
  EncodedInputs encode(std::span<const Series> series) const;
  EncodedInputs encode(std::span<const TextWithFeatures> inputs) const;

  /// Encodes texts with `encode_one(i)` on many threads.
  EncodedInputs encode_each(std::size_t count,
                            const std::function<EncodedText(std::size_t)>& encode_one) const;

  // ---- computing

  /// Receives the row numbers of a batch, and its rows.
  using UseBatch =
      std::function<void(const std::vector<std::size_t>& numbers, const EncodedRows& rows)>;

  /// Calls `use` for batches of rows of similar length, each of at most `batch_tokens` tokens, from
  /// many threads.
  void run_batches(const EncodedRows& rows, std::int64_t batch_tokens, const UseBatch& use) const;

  /// Calls `use(row, outputs)` for each row, from many threads. Shapes: outputs [labels()].
  void predict(
      const EncodedRows& rows,
      const std::function<void(std::size_t row, std::span<const float> outputs)>& use) const;

  /// The next three run one batch in the caller's thread; call them inside `run_batches`. For a
  /// model with a tag for each token.
  std::vector<TaggedRow> tag(const EncodedRows& rows) const;
  /// For a sequence-to-sequence model.
  std::vector<GeneratedRow> write(const EncodedRows& rows, std::int64_t beams) const;
  /// For a language model.
  const TextModel& text_model() const;

  /// Runs a task that calls the engine in the caller's thread, whose state is restored afterwards.
  void run_here(const std::function<void()>& task) const;

  /// The models with gradients, one for each member, made on first use. For models that read text.
  /// Errors: Usage if the model was loaded without ModelOptions::explanations.
  const std::vector<GradientModel>& gradient_models() const;

  /// The number of models whose outputs are averaged.
  std::int64_t members() const { return config_.members; }

  /// Null if the model was loaded with Engine::kTorchScript.
  const FusedEngine* fused_engine() const { return fused_.get(); }

 private:
  void check_origins() const;
  void check_options() const;
  void make_engine(const LoadedArchive& archive);
  std::vector<float> encode_features(const TextWithFeatures& input, std::size_t index) const;
  void check_series(const Series& series, std::size_t index) const;
  void for_each(std::size_t count, const std::function<void(std::size_t)>& task) const;

  std::string name_;
  ModelOptions options_;
  std::string metadata_json_;
  std::vector<std::string> labels_;
  std::vector<std::string> sequence_labels_;
  ResolvedConfig config_;
  const TaskDefinition& definition_;
  std::string validation_report_;
  mutable std::once_flag calibration_read_;
  mutable std::vector<double> calibration_;
  std::optional<TextEncoder> encoder_;  // one of the two
  std::optional<NumericInput> numeric_;
  FeatureEncoder features_;
  std::unique_ptr<FusedEngine> fused_;  // one of the two
  std::unique_ptr<GraphEngine> graph_;
  ArchiveWeights weights_;  // empty unless the options ask for explanations
  mutable std::once_flag gradients_made_;
  mutable std::vector<GradientModel> gradients_;
  mutable std::once_flag pool_made_;
  mutable std::optional<ThreadPool> pool_;
};

/// Copies the flags of an input to its prediction.
template <class Answer>
void note_facts(const EncodedInputs& inputs, std::vector<Answer>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    answers[i].empty = inputs.facts[i].empty;
    answers[i].truncated = inputs.facts[i].truncated;
    answers[i].unknown_share = inputs.facts[i].unknown_share;
  }
}

/// Returns one prediction for each input, with the flags of that input; `fill(answer, outputs)`
/// adds the rest, on many threads. Shapes: outputs [labels()]. Errors: NotFiniteError.
template <class Answer, class Input, class Fill>
std::vector<Answer> answer_inputs(const LoadedModel& model, std::span<const Input> inputs,
                                  const Fill& fill) {
  const EncodedInputs encoded = model.encode(inputs);
  std::vector<Answer> answers(inputs.size());
  FiniteOutputs finite(inputs.size());
  note_facts(encoded, answers);
  model.predict(encoded.rows, [&](std::size_t row, std::span<const float> outputs) {
    finite.check(row, outputs);
    fill(answers[row], outputs);
  });
  finite.throw_if_any();
  return answers;
}

}  // namespace sequent
