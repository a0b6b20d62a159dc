#include "sequent/predictor.h"

#include <algorithm>
#include <utility>

#include "infer/loaded_model.h"
#include "sequent/error.h"

namespace sequent {
namespace {

TargetKind target_of(const Model& model) { return model.loaded().definition().target(); }

[[noreturn]] void refuse_call(const std::string& message) {
  throw Error(ErrorKind::kUsage, "", message);
}

ModelOptions model_options(const PredictorOptions& options) {
  ModelOptions result;
  result.engine = options.engine;
  result.threads = options.threads;
  result.batch_tokens = options.batch_tokens;
  result.token_table_mib = options.token_table_mib;
  result.precision = options.precision;
  return result;
}

/// Copies the input flags of a view's prediction.
template <class Found>
Prediction prediction_with_facts(const Found& found) {
  Prediction prediction;
  prediction.empty = found.empty;
  prediction.truncated = found.truncated;
  prediction.unknown_share = found.unknown_share;
  return prediction;
}

Prediction to_prediction(ClassPrediction found) {
  Prediction prediction = prediction_with_facts(found);
  prediction.label = found.label;
  prediction.probability = found.probability;
  prediction.probabilities = std::move(found.probabilities);
  return prediction;
}

Prediction to_prediction(LabelsPrediction found) {
  Prediction prediction = prediction_with_facts(found);
  const auto best = std::max_element(found.probabilities.begin(), found.probabilities.end());
  prediction.label = best - found.probabilities.begin();
  prediction.probability = *best;
  prediction.probabilities = std::move(found.probabilities);
  prediction.labels = std::move(found.labels);
  return prediction;
}

Prediction to_prediction(NumbersPrediction found) {
  Prediction prediction = prediction_with_facts(found);
  prediction.values = std::move(found.values);
  return prediction;
}

template <class Found>
std::vector<Prediction> to_predictions(std::vector<Found> all) {
  std::vector<Prediction> predictions;
  predictions.reserve(all.size());
  for (Found& found : all) predictions.push_back(to_prediction(std::move(found)));
  return predictions;
}

template <class Input>
std::vector<Prediction> predict_inputs(const Model& model, std::span<const Input> inputs) {
  switch (target_of(model)) {
    case TargetKind::kLabel:
      return to_predictions(Classifier<Input>(model).classify(inputs));
    case TargetKind::kLabelSet:
      return to_predictions(MultiLabelClassifier<Input>(model).classify(inputs));
    case TargetKind::kNumbers:
      return to_predictions(Regressor<Input>(model).predict(inputs));
    case TargetKind::kTags:
      refuse_call("the model predicts tags: call tag()");
    case TargetKind::kNextTokens:
      refuse_call("is a language model: call score() or generate()");
    case TargetKind::kText:
      break;
  }
  refuse_call("the model generates text: call write()");
}

Tagger tagger_of(const Model& model) {
  if (target_of(model) != TargetKind::kTags) refuse_call("the model predicts no tags");
  return Tagger(model);
}

LanguageModel language_model_of(const Model& model) {
  if (target_of(model) != TargetKind::kNextTokens) refuse_call("the model is not a language model");
  return LanguageModel(model);
}

TextToText text_to_text_of(const Model& model, std::int64_t beams) {
  if (target_of(model) != TargetKind::kText) {
    refuse_call("the model is not a sequence-to-sequence model");
  }
  return TextToText(model, {.beams = beams});
}

}  // namespace

Predictor::Predictor(Model model, std::int64_t beams) : model_(std::move(model)), beams_(beams) {
  if (beams >= 1 && (beams == 1 || target_of(model_) == TargetKind::kText)) return;
  throw Error(ErrorKind::kUsage, "beams",
              beams < 1 ? "found " + std::to_string(beams) + "; expected at least 1"
                        : "has no meaning for a model that generates no text");
}

Predictor Predictor::load(const std::filesystem::path& file, const PredictorOptions& options) {
  return {Model::load(file, model_options(options)), options.beams};
}

Predictor Predictor::load(std::span<const std::byte> archive, const std::string& name,
                          const PredictorOptions& options) {
  return {Model::load(archive, name, model_options(options)), options.beams};
}

std::vector<Prediction> Predictor::predict(std::span<const std::string> texts) const {
  if (reads_pairs()) refuse_call("the model reads pairs of texts, but the inputs are single texts");
  if (channels() > 0) refuse_call("the model reads sequences of numbers, but the inputs are texts");
  return predict_inputs(model_, texts);
}

Prediction Predictor::predict(std::string_view text) const {
  const std::string copy(text);
  return std::move(predict(std::span(&copy, 1)).front());
}

std::vector<Prediction> Predictor::predict(std::span<const TextPair> pairs) const {
  if (!reads_pairs()) refuse_call("the model reads single texts, but the inputs are pairs");
  return predict_inputs(model_, pairs);
}

Prediction Predictor::predict(std::string_view first, std::string_view second) const {
  const TextPair pair{std::string(first), std::string(second)};
  return std::move(predict(std::span(&pair, 1)).front());
}

std::vector<Prediction> Predictor::predict(std::span<const Series> sequences) const {
  if (channels() == 0) refuse_call("the model reads text, but the inputs are numbers");
  return predict_inputs(model_, sequences);
}

std::vector<float> Predictor::embed(std::span<const std::string> texts) const {
  return TextEmbedder(model_).embed(texts);
}

std::int64_t Predictor::vector_width() const { return TextEmbedder(model_).width(); }

std::vector<TaggedText> Predictor::tag(std::span<const std::string> texts) const {
  return tagger_of(model_).tag(texts);
}

std::vector<TaggedText> Predictor::tag(
    std::span<const std::vector<std::string>> token_lists) const {
  return tagger_of(model_).tag(token_lists);
}

TaggedText Predictor::tag(std::string_view text) const {
  return tagger_of(model_).tag(std::string(text));
}

std::vector<TextLikelihood> Predictor::score(std::span<const std::string> texts) const {
  return language_model_of(model_).score(texts);
}

TextLikelihood Predictor::score(std::string_view text) const {
  return language_model_of(model_).score(std::string(text));
}

std::string Predictor::generate(std::string_view prompt, const GenerateOptions& options,
                                const std::function<bool(std::string_view)>& use) const {
  return language_model_of(model_).generate(prompt, options, use);
}

std::vector<WrittenText> Predictor::write(std::span<const std::string> texts) const {
  return text_to_text_of(model_, beams_).generate(texts);
}

WrittenText Predictor::write(std::string_view text) const {
  return text_to_text_of(model_, beams_).generate(std::string(text));
}

const std::vector<std::string>& Predictor::sequence_labels() const {
  return model_.loaded().sequence_labels();
}

}  // namespace sequent
