#include <memory>

#include "batch/record_inputs.h"
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
};

}  // namespace

const InferenceTask& language_model_inference() {
  static const LanguageModelInference task;
  return task;
}

}  // namespace sequent
