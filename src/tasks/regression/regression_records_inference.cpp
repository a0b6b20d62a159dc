#include <memory>
#include <string_view>

#include "batch/record_inputs.h"
#include "infer/views.h"
#include "script/script_writer.h"
#include "tasks/inference_task.h"

namespace sequent {
namespace {

/// Adds `prediction`: a number or, for several targets, an object of numbers (in tables, a column
/// for each).
template <class Input>
class NumberRecords : public AnswererOf<NumbersPrediction> {
 public:
  NumberRecords(const Model& model, const InferOptions& options)
      : AnswererOf(options.prefix),
        regressor_(model, RegressorOptions{options.interval}),
        is_text_(model.input() != InputKind::kSeries),
        is_table_(options.format != "jsonl"),
        gives_interval_(options.interval.has_value()) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const char* name : {"prediction", "lower", "upper"}) {
      if (name != std::string_view("prediction") && !gives_interval_) break;
      if (is_table_ && regressor_.targets().size() > 1) {
        for (const std::string& target : regressor_.targets()) {
          names.push_back(std::string(name) + "_of_" + target);
        }
      } else {
        names.emplace_back(name);
      }
    }
    add_flag_names(names, is_text_);
    return names;
  }

  std::string answer_line(const std::string& line) const override {
    const NumbersPrediction found = regressor_.predict(typed_input<Input>(line));
    std::string text = std::to_string(found.values.at(0));
    if (gives_interval_) {
      text += "\t[" + std::to_string(found.lower.at(0)) + ", " + std::to_string(found.upper.at(0)) +
              "]";
    }
    return text + flag_text(found);
  }

 protected:
  std::vector<NumbersPrediction> answers_to(const std::vector<Record>& window) const override {
    return regressor_.predict(inputs_of<Input>(window));
  }

  void append_json(std::string& out, const Record&, const NumbersPrediction& found) const override {
    append_numbers(out, "prediction", found.values);
    if (gives_interval_) {
      append_numbers(out, "lower", found.lower);
      append_numbers(out, "upper", found.upper);
    }
    append_flags(out, found, is_text_);
  }

  void append_cells(TableLine& line, const NumbersPrediction& found) const override {
    for (const auto* values : {&found.values, &found.lower, &found.upper}) {
      for (const double value : *values) line.add_value(value);
    }
    append_flag_cells(line, found, is_text_);
  }

 private:
  void append_numbers(std::string& out, const char* name, const std::vector<double>& values) const {
    this->append_key(out, name);
    if (values.size() == 1) return append_value(out, values.front());
    for (std::size_t i = 0; i < values.size(); ++i) {
      out += i == 0 ? '{' : ',';
      append_json_string(out, regressor_.targets()[i]);
      out += ':';
      append_value(out, values[i]);
    }
    out += '}';
  }

  Regressor<Input> regressor_;
  bool is_text_;
  bool is_table_;
  bool gives_interval_;
};

/// Returns the numbers as a TorchScript list.
std::string list_of(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const std::int64_t number : numbers) {
    text += (text.empty() ? "[" : ", ") + std::to_string(number);
  }
  return text + "]";
}

class RegressionInference : public InferenceTask {
 public:
  std::string view(InputKind input) const override { return view_name("Regressor", input); }

  void check_options(const InferOptions& options) const override {
    refuse_class_options(options,
                         "has no meaning for this model, which predicts numbers; leave it out");
    refuse_tag_options(options);
  }

  std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                           const InferOptions& options) const override {
    return with_input_type(model.input(),
                           [&]<class Input>(const Input&) -> std::unique_ptr<RecordAnswerer> {
                             return std::make_unique<NumberRecords<Input>>(model, options);
                           });
  }

  std::unique_ptr<RecordExplainer> explainer(const Model& model,
                                             const InferOptions& options) const override {
    return view_explainer<Regressor>(model, options, {"target", "prediction", /*is_list=*/true});
  }

 protected:
  void write_predictions(ScriptWriter& script) const override {
    const Config& config = script.config().config;
    const std::size_t head = config.model.layers.size() - 1;
    if (config.standardizes_targets()) {
      script.line("    x = x * " + script.parameter(head, "target_deviation") + " + " +
                  script.parameter(head, "target_mean"));
    }
    const std::vector<std::int64_t> channels = config.base_channels();
    if (!channels.empty()) script.line("    x = x + base.squeeze(1)[:, " + list_of(channels) + "]");
  }
};

}  // namespace

const InferenceTask& regression_inference() {
  static const RegressionInference task;
  return task;
}

}  // namespace sequent
