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
  script.begin_method("forward");
  script.write_layers(script.config().config.model.layers.size());
  write_predictions(script);
  script.line("    return x");
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
