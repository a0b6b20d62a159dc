// Classification: a row has one of several labels. Its last layer is a softmax, one sigmoid unit
// for two labels, or an ordinal layer if the labels are ordered.
#include <utility>

#include "tasks/classification/classification_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

void check_output_units(const DenseSpec& spec, bool sigmoid, const ChainStep& step) {
  if (!sigmoid) {
    step.output_units(spec, "labels");
    if (spec.units && *spec.units == 1 && spec.activation == Activation::kSoftmax &&
        step.class_count <= 1) {
      step.error("/units", "found 1 with softmax, whose output would always be 1; use \"sigmoid\"");
    }
    return;
  }
  if (spec.units && *spec.units != 1) {
    step.error("/units", "found " + std::to_string(*spec.units) +
                             "; a sigmoid head has 1 unit (softmax has one per class)");
  }
  if (step.class_count > 2) {
    step.error("/activation", "found \"sigmoid\", but the data have " +
                                  std::to_string(step.class_count) + " labels; use \"softmax\"");
  }
}

class Classification : public TaskDefinition {
 public:
  std::string_view name() const override { return "classification"; }
  std::string_view help() const override { return "one of several labels."; }

  TargetKind target() const override { return TargetKind::kLabel; }

  std::optional<std::string> unseen_labels_error(const Config& config,
                                                 UnseenLabels unseen) const override {
    if (unseen != UnseenLabels::kWrong || config.ordinal() == nullptr) return std::nullopt;
    return "found \"wrong\"; ordered classes have \"error\" and \"skip\", because an unseen class "
           "has no rank";
  }

  std::vector<std::string_view> last_layers() const override {
    return {DenseSpec::kType, OrdinalSpec::kType};
  }
  std::string last_layer_help() const override {
    return "dense, with activation softmax or sigmoid";
  }

  bool has_binary_output(const ModelSpec& model) const override {
    const auto* head = std::get_if<DenseSpec>(&model.layers.back());
    return head != nullptr && head->activation == Activation::kSigmoid;
  }

  Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const override {
    step.expect_row_vector();
    const bool sigmoid = spec.activation == Activation::kSigmoid;
    if (!sigmoid && spec.activation != Activation::kSoftmax) {
      step.error("/activation",
                 "found \"" + std::string(enum_name(spec.activation)) +
                     "\"; the last layer needs \"softmax\", or \"sigmoid\" for two classes");
    }
    const Loss fitting = sigmoid ? Loss::kBinaryCrossentropy : Loss::kCategoricalCrossentropy;
    const Loss loss = step.config.loss();
    if (loss != fitting) {
      step.issues.add("/training/loss",
                      "found \"" + std::string(enum_name(loss)) + "\" with a " +
                          std::string(enum_name(spec.activation)) +
                          " head; softmax goes with categorical_crossentropy, sigmoid with "
                          "binary_crossentropy");
    }
    check_output_units(spec, sigmoid, step);
    return {Shape::Form::kVector, sigmoid ? 1 : step.class_count};
  }

  Monitor default_monitor() const override { return Monitor::kAccuracy; }
  std::vector<Monitor> monitors() const override {
    return {Monitor::kLoss, Monitor::kAccuracy, Monitor::kMacroF1};
  }
  bool allows_class_weights() const override { return true; }
  /// The temperature of an ordinal layer would change which class is the most probable.
  bool allows_calibration(const Config& config) const override {
    return config.ordinal() == nullptr;
  }

  Report read_report(const JsonFields& fields) const override {
    return to_report(classification_report_from(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override {
    return {{"accuracy", "accuracy"}, {"macro_f1", "macro F1"}};
  }

  /// The temperature, if the logits are divided by one.
  std::vector<double> calibration(const Report& validation) const override {
    const std::optional<double> temperature = validation.value("calibration.temperature");
    if (!temperature || *temperature == 1) return {};
    return {*temperature};
  }

  Report with_abstention(const Report& validation, const Abstention& abstention) const override {
    return add_abstention(validation, abstention);
  }
};

}  // namespace

const TaskDefinition& classification_definition() {
  static const Classification definition;
  return definition;
}

}  // namespace sequent
