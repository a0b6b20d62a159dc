// Tagging: each token has a tag; with a sequence_label layer, the row also has a label.
#include "tasks/tagging/tagging_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

class Tagging : public TaskDefinition {
 public:
  std::string_view name() const override { return "tagging"; }
  std::string_view help() const override {
    return "a tag for each token, such as the named entities of a text.";
  }

  TargetKind target() const override { return TargetKind::kTags; }
  DataWords data_words() const override {
    DataWords words;
    words.row = "row";
    words.rows = "rows";
    words.label = "tag";
    words.labelled = "token";
    words.has_several = true;
    return words;
  }

  bool answers_per_token() const override { return true; }
  std::vector<std::string_view> last_layers() const override {
    return {DenseSpec::kType, CrfSpec::kType};
  }
  std::string last_layer_help() const override { return "dense, with activation softmax, or crf"; }

  Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const override {
    step.expect_token_output(spec, "tagging ends in dense with \"softmax\", or in crf");
    step.expect_loss(Loss::kCategoricalCrossentropy, "tagging has");
    return {Shape::Form::kSequence, step.output_units(spec, "tags")};
  }

  Monitor default_monitor() const override { return Monitor::kF1; }
  std::vector<Monitor> monitors() const override {
    return {Monitor::kLoss, Monitor::kAccuracy, Monitor::kF1, Monitor::kMacroF1};
  }

  void check_config(const Config& config, ConfigIssues& issues) const override {
    const auto* text = std::get_if<TextInput>(&config.input);
    if (text != nullptr && text->padding) {
      issues.add("/input/padding", "has no meaning for tagging; leave it out");
    }
  }

  Report read_report(const JsonFields& fields) const override {
    return to_report(tagging_report_from(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override {
    return {{"f1", "F1"}, {"accuracy", "accuracy"}};
  }
};

}  // namespace

const TaskDefinition& tagging_definition() {
  static const Tagging definition;
  return definition;
}

}  // namespace sequent
