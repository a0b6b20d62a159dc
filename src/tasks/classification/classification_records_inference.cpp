#include <iterator>
#include <memory>

#include "batch/record_inputs.h"
#include "infer/views.h"
#include "script/script_writer.h"
#include "tasks/inference_task.h"

namespace sequent {
namespace {

/// Adds `prediction` and `probability`, the `top_k` most probable labels and, on request, all
/// probabilities.
template <class Input>
class ClassRecords : public AnswererOf<ClassPrediction> {
 public:
  ClassRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix),
        classifier_(model),
        is_text_(model.input() != InputKind::kSeries),
        is_table_(options.format != "jsonl"),
        top_k_(options.top_k),
        gives_all_(options.probabilities) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names{"prediction", "probability"};
    if (is_table_) {
      for (int k = 2; k <= top_k_; ++k) {
        names.push_back("prediction_" + std::to_string(k));
        names.push_back("probability_" + std::to_string(k));
      }
      for (const std::string& label : classifier_.labels()) {
        if (gives_all_) names.push_back("probability_of_" + label);
      }
    } else {
      if (top_k_ > 1) names.emplace_back("top");
      if (gives_all_) names.emplace_back("probabilities");
    }
    add_flag_names(names, is_text_);
    return names;
  }

  std::int64_t values_per_record() const override { return std::ssize(classifier_.labels()); }

  std::string answer_line(const std::string& line) const override {
    const ClassPrediction found = classifier_.classify(typed_input<Input>(line));
    return label(static_cast<std::size_t>(found.label)) + "\t" + std::to_string(found.probability) +
           flag_text(found);
  }

 protected:
  std::vector<ClassPrediction> answers_to(const std::vector<Record>& window) const override {
    return classifier_.classify(inputs_of<Input>(window));
  }

  void append_json(std::string& out, const Record&, const ClassPrediction& found) const override {
    append_key(out, "prediction");
    append_json_string(out, label(static_cast<std::size_t>(found.label)));
    append_key(out, "probability");
    append_number(out, found.probability);
    if (top_k_ > 1) append_top(out, found);
    if (gives_all_) {
      append_key(out, "probabilities");
      append_probabilities(out, classifier_.labels(), found.probabilities);
    }
    append_flags(out, found, is_text_);
  }

  void append_cells(TableLine& line, const ClassPrediction& found) const override {
    const auto best = most_probable(found.probabilities, top_k_);
    for (const std::size_t index : best) {
      line.add(label(index));
      line.add_number(found.probabilities[index]);
    }
    for (auto k = static_cast<int>(best.size()); k < top_k_; ++k) {
      line.add("");
      line.add("");
    }
    if (gives_all_) {
      for (const float value : found.probabilities) line.add_number(value);
    }
    append_flag_cells(line, found, is_text_);
  }

 private:
  const std::string& label(std::size_t index) const { return classifier_.labels()[index]; }

  void append_top(std::string& out, const ClassPrediction& found) const {
    append_key(out, "top");
    char separator = '[';
    for (const std::size_t index : most_probable(found.probabilities, top_k_)) {
      out += separator;
      out += "{\"label\":";
      append_json_string(out, label(index));
      out += ",\"probability\":";
      append_number(out, found.probabilities[index]);
      out += '}';
      separator = ',';
    }
    out += ']';
  }

  Classifier<Input> classifier_;
  bool is_text_;
  bool is_table_;
  int top_k_;
  bool gives_all_;
};

class ClassificationInference : public InferenceTask {
 public:
  std::string view(InputKind input) const override { return view_name("Classifier", input); }

  void check_options(const InferOptions& options) const override { refuse_tag_options(options); }

  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return with_input_type(model.input(),
                           [&]<class Input>(const Input&) -> std::unique_ptr<RecordAnswerer> {
                             return std::make_unique<ClassRecords<Input>>(model, options);
                           });
  }

  std::unique_ptr<RecordExplainer> explainer(const Model& model,
                                             const InferOptions& options) const override {
    return view_explainer<Classifier>(model, options, {});
  }

 protected:
  void write_predictions(ScriptWriter& script) const override {
    if (script.config().is_binary()) script.line("    x = torch.cat([1.0 - x, x], 1)");
  }
};

}  // namespace

const InferenceTask& classification_inference() {
  static const ClassificationInference task;
  return task;
}

}  // namespace sequent
