#include "tasks/task_table.h"
#include "tasks/training_task.h"

namespace sequent {

#define SEQUENT_DECLARE(task) const TrainingTask& task##_training();
SEQUENT_TASKS(SEQUENT_DECLARE)
#undef SEQUENT_DECLARE

const TrainingTask& training_task(const Task& task) {
#define SEQUENT_FIND(name_) \
  if (task.name() == #name_) return name_##_training();
  SEQUENT_TASKS(SEQUENT_FIND)
#undef SEQUENT_FIND
  throw Error(ErrorKind::kInternal, "task", "\"" + task.name() + "\" has no training side");
}

}  // namespace sequent
