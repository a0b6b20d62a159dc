#include "script/script_writer.h"
#include "sequent/error.h"
#include "tasks/inference_task.h"
#include "tasks/task_table.h"

namespace sequent {

#define SEQUENT_DECLARE(task) const InferenceTask& task##_inference();
SEQUENT_TASKS(SEQUENT_DECLARE)
#undef SEQUENT_DECLARE

const InferenceTask& inference_task(const Task& task) {
#define SEQUENT_FIND(name_) \
  if (task.name() == #name_) return name_##_inference();
  SEQUENT_TASKS(SEQUENT_FIND)
#undef SEQUENT_FIND
  throw Error(ErrorKind::kInternal, "task", "\"" + task.name() + "\" has no inference side");
}

void InferenceTask::write_methods(ScriptWriter& script) const {
  const auto write_method = [&](const std::string& name) {
    script.begin_method(name);
    script.write_layers(script.config().config.model.layers.size());
    write_predictions(script);
    script.line("    return x");
  };
  const std::int64_t members = script.config().members;
  if (members == 1) return write_method("forward");
  const ScriptWriter::MethodInputs inputs = script.method_inputs();
  for (std::int64_t member = 0; member < members; ++member) {
    script.use_member(member);
    write_method("member_" + std::to_string(member));
  }
  script.line("def forward(" + inputs.signature + ") -> Tensor:");
  for (std::int64_t member = 0; member < members; ++member) {
    const std::string output = "self.member_" + std::to_string(member) + "(" + inputs.names + ")";
    script.line("    x = " + (member == 0 ? "" : std::string("x + ")) + output);
  }
  script.line("    return x / " + std::to_string(members) + ".0");
}

std::unique_ptr<RecordExplainer> InferenceTask::explainer(const Model& model,
                                                          const InferOptions&) const {
  refuse("--explain", "predictions of the task " + model.task() +
                          " cannot be explained; only those of classes, labels, numbers and tags "
                          "for texts can");
}

void InferenceTask::check_options(const InferOptions& options) const {
  refuse_class_options(options, "has no meaning for this model; leave it out");
  refuse_tag_options(options);
}

}  // namespace sequent
