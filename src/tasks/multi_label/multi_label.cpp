// Multi-label classification: a row has any number of labels, each with an independent probability.
#include "report/report_fields.h"
#include "tasks/multi_label/multi_label_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

class MultiLabel : public TaskDefinition {
 public:
  std::string_view name() const override { return "multi_label"; }
  std::string_view help() const override { return "any number of labels."; }

  TargetKind target() const override { return TargetKind::kLabelSet; }
  DataWords data_words() const override {
    DataWords words;
    words.has_several = true;
    return words;
  }

  std::string last_layer_help() const override { return "dense, with activation sigmoid"; }

  Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const override {
    step.expect_row_vector();
    if (spec.activation != Activation::kSigmoid) {
      step.error("/activation", "found \"" + std::string(enum_name(spec.activation)) +
                                    "\"; multi_label needs \"sigmoid\", which gives an independent "
                                    "probability for each label");
    } else {
      step.expect_loss(Loss::kBinaryCrossentropy, "multi_label has");
    }
    return {Shape::Form::kVector, step.output_units(spec, "labels")};
  }

  Monitor default_monitor() const override { return Monitor::kMacroF1; }
  std::vector<Monitor> monitors() const override {
    return {Monitor::kLoss, Monitor::kAccuracy, Monitor::kMacroF1};
  }

  void check_config(const Config& config, ConfigIssues& issues) const override {
    if (std::holds_alternative<NumericInput>(config.input)) {
      issues.add("/input/type", "found \"numeric\"; multi_label reads text");
    }
    const auto* tsv = std::get_if<TsvFormat>(&config.data.format);
    if (tsv != nullptr && tsv->label_separator.value_or(",").find('\t') != std::string::npos) {
      issues.add("/data/format/label_separator",
                 "found a tab, which separates the columns; expected another separator");
    }
    if (std::holds_alternative<FoldersFormat>(config.data.format)) {
      issues.add("/data/format/type",
                 "found \"folders\", in which a text has one label; multi_label needs tsv, csv, "
                 "jsonl or fasttext");
    }
  }

  Report read_report(const JsonFields& fields) const override {
    return to_report(multi_label_report_from(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override {
    return {{"accuracy", "accuracy"}, {"macro_f1", "macro F1"}};
  }

  /// The thresholds at which labels are predicted.
  std::vector<double> calibration(const Report& validation) const override {
    return column_of(validation, "per_label", "threshold");
  }
};

}  // namespace

const TaskDefinition& multi_label_definition() {
  static const MultiLabel definition;
  return definition;
}

}  // namespace sequent
