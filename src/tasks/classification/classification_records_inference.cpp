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
        classifier_(model, classifier_options(model, options)),
        is_text_(model.input() != InputKind::kSeries),
        is_table_(options.format != "jsonl"),
        top_k_(options.top_k),
        gives_all_(options.probabilities),
        abstains_(options.abstain),
        gives_set_(options.prediction_set.has_value()),
        abstain_below_(classifier_options(model, options).abstain_below) {
    if (is_table_ && gives_set_) check_set_labels(options);
  }

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
    if (abstains_) names.insert(names.end(), {"abstained", "reason"});
    if (gives_set_) names.emplace_back("prediction_set");
    add_flag_names(names, is_text_);
    return names;
  }

  std::int64_t values_per_record() const override { return std::ssize(classifier_.labels()); }

  std::string answer_line(const std::string& line) const override {
    const ClassPrediction found = classifier_.classify(typed_input<Input>(line));
    std::string text = found.abstained ? "(abstained)" : label(found.label);
    text += "\t" + std::to_string(found.probability);
    if (gives_set_) text += "\t{" + joined_set(found, ", ") + "}";
    return text + flag_text(found);
  }

 protected:
  std::vector<ClassPrediction> answers_to(const std::vector<Record>& window) const override {
    return classifier_.classify(inputs_of<Input>(window));
  }

  void append_json(std::string& out, const Record&, const ClassPrediction& found) const override {
    append_key(out, "prediction");
    if (found.abstained) {
      out += "null";
    } else {
      append_json_string(out, label(found.label));
    }
    append_key(out, "probability");
    append_number(out, found.probability);
    if (top_k_ > 1) append_top(out, found);
    if (gives_all_) {
      append_key(out, "probabilities");
      append_probabilities(out, classifier_.labels(), found.probabilities);
    }
    if (abstains_) append_abstention(out, found);
    if (gives_set_) append_set(out, found);
    append_flags(out, found, is_text_);
  }

  void append_cells(TableLine& line, const ClassPrediction& found) const override {
    const auto best = most_probable(found.probabilities, top_k_);
    for (const std::size_t index : best) {
      const bool is_withheld = found.abstained && index == best.front();
      line.add(is_withheld ? "" : classifier_.labels()[index]);
      line.add_number(found.probabilities[index]);
    }
    for (auto k = static_cast<int>(best.size()); k < top_k_; ++k) {
      line.add("");
      line.add("");
    }
    if (gives_all_) {
      for (const float value : found.probabilities) line.add_number(value);
    }
    if (abstains_) {
      line.add_bool(found.abstained);
      line.add(reason(found));
    }
    if (gives_set_) line.add(joined_set(found, "|"));
    append_flag_cells(line, found, is_text_);
  }

 private:
  const std::string& label(std::int64_t index) const {
    return classifier_.labels()[static_cast<std::size_t>(index)];
  }

  static ClassifierOptions classifier_options(const Model& model, const InferOptions& options) {
    ClassifierOptions result;
    result.set_level = options.prediction_set;
    result.sets = options.sets.value_or(PredictionSets::kLac);
    if (!options.abstain) return result;
    const auto threshold =
        options.abstain_below ? options.abstain_below : Classifier<Input>::stored_threshold(model);
    if (!threshold) {
      refuse(
          "--abstain",
          "the archive has no threshold; give one, such as --abstain 0.8, or export the run with "
          "--abstain-precision or --abstain-coverage");
    }
    result.abstain_below = *threshold;
    return result;
  }

  void check_set_labels(const InferOptions& options) const {
    for (const std::string& name : classifier_.labels()) {
      if (name.find('|') == std::string::npos) continue;
      refuse("--format " + options.format, "cannot contain sets with the label \"" + name +
                                               "\": in tables | separates labels; expected jsonl");
    }
  }

  std::string reason(const ClassPrediction& found) const {
    if (!found.abstained) return "";
    return "probability " + number_text(found.probability) + " is below " +
           number_text(abstain_below_);
  }

  void append_abstention(std::string& out, const ClassPrediction& found) const {
    append_key(out, "abstained");
    append_bool(out, found.abstained);
    append_key(out, "reason");
    if (found.abstained) {
      append_json_string(out, reason(found));
    } else {
      out += "null";
    }
  }

  void append_set(std::string& out, const ClassPrediction& found) const {
    append_key(out, "prediction_set");
    out += '[';
    for (const std::int64_t index : found.prediction_set) {
      if (out.back() != '[') out += ',';
      append_json_string(out, label(index));
    }
    out += ']';
  }

  std::string joined_set(const ClassPrediction& found, const char* separator) const {
    std::string text;
    for (const std::int64_t index : found.prediction_set) {
      if (!text.empty()) text += separator;
      text += label(index);
    }
    return text;
  }

  void append_top(std::string& out, const ClassPrediction& found) const {
    append_key(out, "top");
    char separator = '[';
    for (const std::size_t index : most_probable(found.probabilities, top_k_)) {
      out += separator;
      out += "{\"label\":";
      append_json_string(out, classifier_.labels()[index]);
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
  bool abstains_;
  bool gives_set_;
  double abstain_below_;
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
