#include <memory>

#include "batch/record_inputs.h"
#include "script/script_writer.h"
#include "tasks/inference_task.h"
#include "tasks/sequence_to_sequence/decoder_source_inference.h"

namespace sequent {
namespace {

/// Adds `prediction`, the generated text, and `log_probability`.
class GeneratedTextRecords : public AnswererOf<GeneratedText> {
 public:
  GeneratedTextRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix), text_to_text_(model, {.beams = options.beams}) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names{"prediction", "log_probability"};
    add_flag_names(names, /*is_text=*/true);
    return names;
  }

  std::string answer_line(const std::string& line) const override {
    return text_to_text_.generate(line).text;
  }

 protected:
  std::vector<GeneratedText> answers_to(const std::vector<Record>& window) const override {
    return text_to_text_.generate(inputs_of<std::string>(window));
  }

  void append_json(std::string& out, const Record&, const GeneratedText& found) const override {
    append_key(out, "prediction");
    append_json_string(out, found.text);
    append_key(out, "log_probability");
    append_number(out, found.log_probability);
    append_flags(out, found, /*is_text=*/true);
  }

  void append_cells(TableLine& line, const GeneratedText& found) const override {
    line.add(found.text);
    line.add_number(found.log_probability);
    append_flag_cells(line, found, /*is_text=*/true);
  }

 private:
  TextToText text_to_text_;
};

class SequenceToSequenceInference : public InferenceTask {
 public:
  std::string view(InputKind) const override { return "TextToText"; }

  bool has_beams() const override { return true; }

  void check_options(const InferOptions& options) const override {
    refuse_class_options(options,
                         "has no meaning for this model, which generates text; leave it out");
    refuse_tag_options(options);
  }

  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return std::make_unique<GeneratedTextRecords>(model, options);
  }

  /// `encode` reads the source text. `write` and `score` are built from `step`.
  void write_methods(ScriptWriter& script) const override {
    const Config& config = script.config().config;
    const std::size_t head = config.model.layers.size() - 1;
    script.begin_method("encode");
    script.write_layers(head);
    script.line("    return x.masked_fill(padding.unsqueeze(2), 0.0)");
    const auto& decoder = std::get<DecoderSpec>(config.model.layers.back());
    script.text(
        decoder_source([&](const std::string& name) { return script.parameter(head, name); },
                       decoder.units, max_length(config.input) + 1));
  }
};

}  // namespace

const InferenceTask& sequence_to_sequence_inference() {
  static const SequenceToSequenceInference task;
  return task;
}

}  // namespace sequent
