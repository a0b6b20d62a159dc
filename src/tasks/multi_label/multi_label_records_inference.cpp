#include <iterator>
#include <memory>

#include "batch/record_inputs.h"
#include "infer/views.h"
#include "tasks/inference_task.h"

namespace sequent {
namespace {

/// Adds `prediction` and `probability`, which are lists in objects and separated by "|" in tables;
/// on request also all probabilities.
template <class Input>
class LabelSetRecords : public AnswererOf<LabelsPrediction> {
 public:
  LabelSetRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix),
        classifier_(model),
        is_text_(model.input() != InputKind::kSeries),
        is_table_(options.format != "jsonl"),
        gives_all_(options.probabilities) {
    if (is_table_) check_label_names(options);
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names{"prediction", "probability"};
    if (gives_all_ && !is_table_) names.emplace_back("probabilities");
    for (const std::string& label : classifier_.labels()) {
      if (gives_all_ && is_table_) names.push_back("probability_of_" + label);
    }
    add_flag_names(names, is_text_);
    return names;
  }

  std::int64_t values_per_record() const override { return std::ssize(classifier_.labels()); }

  std::string answer_line(const std::string& line) const override {
    const LabelsPrediction found = classifier_.classify(typed_input<Input>(line));
    std::string text;
    for (const std::int64_t label : found.labels) {
      text += (text.empty() ? "" : "\n") + name(label) + "\t" +
              std::to_string(probability(found, label));
    }
    return (text.empty() ? "(no label)" : text) + flag_text(found);
  }

 protected:
  std::vector<LabelsPrediction> answers_to(const std::vector<Record>& window) const override {
    return classifier_.classify(inputs_of<Input>(window));
  }

  void append_json(std::string& out, const Record&, const LabelsPrediction& found) const override {
    append_key(out, "prediction");
    out += '[';
    for (const std::int64_t label : found.labels) {
      if (out.back() != '[') out += ',';
      append_json_string(out, name(label));
    }
    out += ']';
    append_key(out, "probability");
    out += '[';
    for (const std::int64_t label : found.labels) {
      if (out.back() != '[') out += ',';
      append_number(out, probability(found, label));
    }
    out += ']';
    if (gives_all_) {
      append_key(out, "probabilities");
      append_probabilities(out, classifier_.labels(), found.probabilities);
    }
    append_flags(out, found, is_text_);
  }

  void append_cells(TableLine& line, const LabelsPrediction& found) const override {
    std::string labels;
    std::string probabilities;
    for (const std::int64_t label : found.labels) {
      const char* separator = labels.empty() ? "" : "|";
      labels.append(separator).append(name(label));
      append_number(probabilities.append(separator), probability(found, label));
    }
    line.add(labels);
    line.add(probabilities);
    if (gives_all_) {
      for (const float value : found.probabilities) line.add_number(value);
    }
    append_flag_cells(line, found, is_text_);
  }

 private:
  const std::string& name(std::int64_t label) const {
    return classifier_.labels()[static_cast<std::size_t>(label)];
  }
  static float probability(const LabelsPrediction& found, std::int64_t label) {
    return found.probabilities[static_cast<std::size_t>(label)];
  }

  void check_label_names(const InferOptions& options) const {
    for (const std::string& label : classifier_.labels()) {
      if (label.find('|') == std::string::npos) continue;
      refuse("--format " + options.format, "cannot contain the label \"" + label +
                                               "\": in tables | separates labels; expected "
                                               "jsonl");
    }
  }

  MultiLabelClassifier<Input> classifier_;
  bool is_text_;
  bool is_table_;
  bool gives_all_;
};

class MultiLabelInference : public InferenceTask {
 public:
  std::string view(InputKind input) const override {
    return view_name("MultiLabelClassifier", input);
  }

  void check_options(const InferOptions& options) const override {
    if (options.top_k != 1) {
      refuse("--top-k",
             "has no meaning for this model, which predicts any number of labels; use "
             "--probabilities");
    }
    refuse_confidence_options(
        options,
        "has no meaning for this model, which predicts any number of labels; leave it out");
    refuse_tag_options(options);
  }

  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return with_input_type(model.input(),
                           [&]<class Input>(const Input&) -> std::unique_ptr<RecordAnswerer> {
                             return std::make_unique<LabelSetRecords<Input>>(model, options);
                           });
  }

  std::unique_ptr<RecordExplainer> explainer(const Model& model,
                                             const InferOptions& options) const override {
    return view_explainer<MultiLabelClassifier>(model, options,
                                                {"label", "probability", /*is_list=*/true});
  }
};

}  // namespace

const InferenceTask& multi_label_inference() {
  static const MultiLabelInference task;
  return task;
}

}  // namespace sequent
