// Regression: a row has one or more numbers as targets, such as the next steps of a series.
#include "report/report_fields.h"
#include "tasks/regression/regression_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

class Regression : public TaskDefinition {
 public:
  std::string_view name() const override { return "regression"; }
  std::string_view help() const override { return "numbers, such as the next values of a series."; }

  TargetKind target() const override { return TargetKind::kNumbers; }

  std::string last_layer_help() const override { return "dense, with activation linear"; }

  Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const override {
    step.expect_row_vector();
    if (spec.activation == Activation::kSoftmax) {
      step.error("/activation",
                 "found \"softmax\", whose outputs sum to 1; regression needs \"linear\"");
    } else if (spec.activation != Activation::kLinear && step.config.standardizes_targets()) {
      step.error("/activation",
                 "found \"" + std::string(enum_name(spec.activation)) +
                     "\", whose range does not cover standardized numbers; use \"linear\", or set "
                     "/model/standardize_targets to false");
    }
    return {Shape::Form::kVector, step.output_units(spec, "targets")};
  }

  Loss default_loss(const Config&) const override { return Loss::kMeanSquaredError; }
  Monitor default_monitor() const override { return Monitor::kLoss; }
  std::vector<Monitor> monitors() const override {
    return {Monitor::kLoss, Monitor::kMeanAbsoluteError, Monitor::kR2};
  }
  bool allows_label_smoothing() const override { return false; }

  void check_config(const Config& config, ConfigIssues& issues) const override {
    const Loss loss = config.loss();
    if (loss != Loss::kCategoricalCrossentropy && loss != Loss::kBinaryCrossentropy) return;
    issues.add("/training/loss",
               "found \"" + std::string(enum_name(loss)) +
                   "\"; regression has mean_squared_error, mean_absolute_error and huber");
  }

  Report read_report(const JsonFields& fields) const override {
    return to_report(regression_report_from(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override {
    return {{"rmse", "RMSE"}, {"mae", "MAE"}};
  }

  /// The errors of naive forecasts on the training rows; 0 if there are none.
  std::vector<double> calibration(const Report& validation) const override {
    return column_of(validation, "per_target", "naive_mae");
  }
};

}  // namespace

const TaskDefinition& regression_definition() {
  static const Regression definition;
  return definition;
}

}  // namespace sequent
