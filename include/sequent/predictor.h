// Runs a model archive: one class for all tasks. New code should use the views of inference.h,
// whose types show what a model can do; this header stays until version 0.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sequent/inference.h"

namespace sequent {

/// The options of ModelOptions and of the views.
struct PredictorOptions {
  Engine engine = Engine::kFused;
  int threads = 0;
  std::int64_t batch_tokens = 8192;
  std::int64_t token_table_mib = 256;
  Precision precision = Precision::kFloat32;
  std::int64_t beams = 1;  // see TextToTextOptions
};

struct Prediction {
  std::int64_t label = 0;            // index into Predictor::labels()
  float probability = 0;             // of that label
  std::vector<float> probabilities;  // [labels]; they sum to 1, except in multi_label
  std::vector<std::int64_t> labels;  // multi_label: those at or above their thresholds
  std::vector<double> values;        // regression, instead: [labels], the targets' values
  bool empty = false;                // the text had no token
  bool truncated = false;            // the input was longer than the model's max_length
  double unknown_share = 0;          // of the tokens read, in 0..1
};

/// The former name of GeneratedText.
using WrittenText = GeneratedText;

/// A loaded model of any task.
///
/// Deprecated: use Model and its views.
/// Threads: a Predictor can be used from many threads at once. Calls share its computing threads,
/// and each call waits only for its own inputs.
class Predictor {
 public:
  /// Errors: see Model::load; Usage for beams below 1, or above 1 if the model generates no text.
  static Predictor load(const std::filesystem::path& file, const PredictorOptions& options = {});
  static Predictor load(std::span<const std::byte> archive, const std::string& name,
                        const PredictorOptions& options = {});

  /// See Classifier, MultiLabelClassifier and Regressor. Errors: Data, as theirs; Usage if the
  /// model has another task or reads another kind of input.
  std::vector<Prediction> predict(std::span<const std::string> texts) const;
  std::vector<Prediction> predict(std::initializer_list<std::string> texts) const {
    return predict(std::span(texts.begin(), texts.size()));
  }
  Prediction predict(std::string_view text) const;
  std::vector<Prediction> predict(std::span<const TextPair> pairs) const;
  std::vector<Prediction> predict(std::initializer_list<TextPair> pairs) const {
    return predict(std::span(pairs.begin(), pairs.size()));
  }
  Prediction predict(std::string_view first, std::string_view second) const;
  std::vector<Prediction> predict(std::span<const Series> sequences) const;

  /// See TextEmbedder.
  std::vector<float> embed(std::span<const std::string> texts) const;
  std::vector<float> embed(std::initializer_list<std::string> texts) const {
    return embed(std::span(texts.begin(), texts.size()));
  }
  std::int64_t vector_width() const;

  /// See Tagger. Errors: Data, as its; Usage if the model is not a tagger.
  std::vector<TaggedText> tag(std::span<const std::string> texts) const;
  std::vector<TaggedText> tag(std::initializer_list<std::string> texts) const {
    return tag(std::span(texts.begin(), texts.size()));
  }
  TaggedText tag(std::string_view text) const;
  std::vector<TaggedText> tag(std::span<const std::vector<std::string>> token_lists) const;

  /// See TextToText. Errors: Data, as its; Usage if the model is not sequence_to_sequence.
  std::vector<WrittenText> write(std::span<const std::string> texts) const;
  std::vector<WrittenText> write(std::initializer_list<std::string> texts) const {
    return write(std::span(texts.begin(), texts.size()));
  }
  WrittenText write(std::string_view text) const;

  /// See LanguageModel. Errors: as its; Usage if the model is not a language model.
  std::vector<TextLikelihood> score(std::span<const std::string> texts) const;
  std::vector<TextLikelihood> score(std::initializer_list<std::string> texts) const {
    return score(std::span(texts.begin(), texts.size()));
  }
  TextLikelihood score(std::string_view text) const;
  std::string generate(std::string_view prompt, const GenerateOptions& options = {},
                       const std::function<bool(std::string_view piece)>& use = {}) const;

  bool reads_pairs() const { return model_.input() == InputKind::kTextPair; }
  /// The name of the task, as in configs.
  const std::string& task() const { return model_.task(); }

  std::int64_t channels() const { return model_.channels(); }
  const std::vector<std::string>& labels() const { return model_.labels(); }
  /// See Tagger::sequence_labels; empty for other models.
  const std::vector<std::string>& sequence_labels() const;
  const std::string& metadata_json() const { return model_.metadata_json(); }

  /// For the library's own views.
  const Model& model() const { return model_; }

 private:
  Predictor(Model model, std::int64_t beams);
  Model model_;
  std::int64_t beams_ = 1;
};

}  // namespace sequent
