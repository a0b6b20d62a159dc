// Language models: each token is predicted from those before it, over all lines of a text.
#include "tasks/language_model/language_model_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

void check_tied(const DenseSpec& spec, const ChainStep& step) {
  if (!spec.tied) return;
  const EmbeddingSpec* embedding = nullptr;
  for (const LayerSpec& layer : step.config.model.layers) {
    if (const auto* found = std::get_if<EmbeddingSpec>(&layer)) embedding = found;
  }
  if (embedding == nullptr) return;  // a missing embedding is a separate error
  if (!embedding->concat.empty() || embedding->input_dim) {
    step.error("/tied",
               "found true with an embedding that sets \"concat\" or \"input_dim\"; expected "
               "one plain table");
  } else if (step.input.width != embedding->width()) {
    step.error("/tied", "found true, but the input is " + std::to_string(step.input.width) +
                            " wide and the embedding " + std::to_string(embedding->width()) +
                            "; give the recurrent layer before as many units");
  }
}

class LanguageModelTask : public TaskDefinition {
 public:
  std::string_view name() const override { return "language_model"; }
  std::string title() const override { return "a language model"; }
  std::string_view help() const override {
    return "the next token, to generate text and to estimate how likely a text is.";
  }

  TargetKind target() const override { return TargetKind::kNextTokens; }
  bool rows_are_ordered() const override { return true; }
  DataWords data_words() const override {
    DataWords words;
    words.row = "line";
    words.rows = "lines";
    words.reads_on = true;
    return words;
  }

  bool answers_per_token() const override { return true; }
  bool is_causal() const override { return true; }
  bool predicts_tokens() const override { return true; }
  std::string last_layer_help() const override { return "dense, with activation softmax"; }

  Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const override {
    step.expect_token_output(spec, "a language model ends in dense with \"softmax\"");
    step.expect_loss(Loss::kCategoricalCrossentropy, "language_model has");
    check_tied(spec, step);
    return {Shape::Form::kSequence, step.output_units(spec, "tokens, the reserved ones included")};
  }

  Initialization default_initialization() const override { return Initialization::kTorch; }
  Monitor default_monitor() const override { return Monitor::kLoss; }
  std::vector<Monitor> monitors() const override { return {Monitor::kLoss, Monitor::kAccuracy}; }

  void check_config(const Config& config, ConfigIssues& issues) const override {
    const auto* text = std::get_if<TextInput>(&config.input);
    if (text == nullptr) {
      return issues.add("/input/type", "found \"numeric\"; a language model reads text");
    }
    if (text->padding) {
      issues.add("/input/padding", "has no meaning for a language model; leave it out");
    }
    if (text->truncating != Side::kPost) {
      issues.add("/input/truncating",
                 "has no meaning for a language model, which does not truncate; leave it out");
    }
    if (!std::holds_alternative<std::int64_t>(config.training.batch_size)) {
      issues.add("/training/batch_size",
                 "found a budget of tokens; expected a number, because a language model reads "
                 "this many streams of text in parallel");
    }
    if (config.characters() != nullptr) {
      issues.add("/model/layers",
                 "contain a character-level encoder, which a language model does not support");
    }
    if (config.has_ngrams()) {
      issues.add("/model/layers", "contain \"ngrams\", which a language model does not support");
    }
  }

  Report read_report(const JsonFields& fields) const override {
    return to_report(language_model_report_from(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override { return {{"perplexity", "perplexity"}}; }
};

}  // namespace

const TaskDefinition& language_model_definition() {
  static const LanguageModelTask definition;
  return definition;
}

}  // namespace sequent
