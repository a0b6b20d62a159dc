#include <memory>

#include "batch/record_inputs.h"
#include "script/script_writer.h"
#include "tasks/inference_task.h"

namespace sequent {
namespace {

/// Adds `tokens`, `log_probability` and `perplexity`.
class LikelihoodRecords : public AnswererOf<TextLikelihood> {
 public:
  LikelihoodRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix), language_model_(model) {}

  std::vector<std::string> names() const override {
    return {"tokens", "log_probability", "perplexity", "unknown_share"};
  }

  std::string answer_line(const std::string& line) const override {
    return std::to_string(language_model_.score(line).perplexity());
  }

 protected:
  std::vector<TextLikelihood> answers_to(const std::vector<Record>& window) const override {
    return language_model_.score(inputs_of<std::string>(window));
  }

  void append_json(std::string& out, const Record&, const TextLikelihood& found) const override {
    append_key(out, "tokens");
    out += std::to_string(found.tokens);
    append_key(out, "log_probability");
    append_number(out, found.log_probability);
    append_key(out, "perplexity");
    append_number(out, found.perplexity());
    append_key(out, "unknown_share");
    append_number(out, found.unknown_share);
  }

  void append_cells(TableLine& line, const TextLikelihood& found) const override {
    line.add(std::to_string(found.tokens));
    line.add_number(found.log_probability);
    line.add_number(found.perplexity());
    line.add_number(found.unknown_share);
  }

 private:
  LanguageModel language_model_;
};

class LanguageModelInference : public InferenceTask {
 public:
  std::string view(InputKind) const override { return "LanguageModel"; }

  void check_options(const InferOptions& options) const override {
    refuse_class_options(options, "has no meaning for a language model; leave it out");
    refuse_tag_options(options);
  }

  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return std::make_unique<LikelihoodRecords>(model, options);
  }

  /// `advance` continues from given states; `start` returns the states before any text.
  void write_methods(ScriptWriter& script) const override {
    script.line(
        "def advance(self, tokens: Tensor, states: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:");
    script.line("    assert tokens.dim() == 2, \"tokens must be [B, T] int64\"");
    script.line("    x = tokens");
    script.line("    after: List[Tensor] = []");
    script.write_layers(script.config().config.model.layers.size());
    script.line("    return x, after");
    script.line("def start(self, rows: int) -> List[Tensor]:");
    script.line("    states: List[Tensor] = []");
    for (const std::int64_t units : script.carried_units()) {
      script.line("    states.append(torch.zeros([rows, " + std::to_string(units) +
                  "], device=" + script.carrying_weight() + ".device))");
    }
    script.line("    return states");
    script.line("def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:");
    script.line("    x, after = self.advance(tokens, self.start(tokens.size(0)))");
    script.line("    return torch.softmax(x, 2)");
  }
};

}  // namespace

const InferenceTask& language_model_inference() {
  static const LanguageModelInference task;
  return task;
}

}  // namespace sequent
