// The core part of a toy task, in which a row has one of several moods.
#include "toy_task/toy.h"

#include "report/report_fields.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

struct MoodValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"rows", NumberFormat::kCount});
    visit("loss", report.loss, {"loss"});
    visit("accuracy", report.accuracy, {"right moods"});
  }
};

class Toy : public TaskDefinition {
 public:
  std::string_view name() const override { return "toy"; }
  std::string_view help() const override { return "the mood of a text."; }
  TargetKind target() const override { return TargetKind::kLabel; }
  std::string last_layer_help() const override { return "dense, with activation softmax"; }

  Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const override {
    step.expect_row_vector();
    if (spec.activation != Activation::kSoftmax) step.error("/activation", "expected \"softmax\"");
    return {Shape::Form::kVector, step.output_units(spec, "moods")};
  }

  Monitor default_monitor() const override { return Monitor::kAccuracy; }
  std::vector<Monitor> monitors() const override { return {Monitor::kLoss, Monitor::kAccuracy}; }

  Report read_report(const JsonFields& fields) const override {
    return mood_report(metrics_from<MoodValues, MoodMetrics>(fields));
  }
  std::vector<EpochMetric> epoch_metrics() const override { return {{"accuracy", "right moods"}}; }
};

}  // namespace

Report mood_report(const MoodMetrics& metrics) { return {{facts_of<MoodValues>(metrics)}}; }

const TaskDefinition& toy_definition() {
  static const Toy definition;
  return definition;
}

}  // namespace sequent
