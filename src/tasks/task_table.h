// The table of tasks, one line for each. A task `x` lives in the folder tasks/x/ and defines one
// function for each library:
//
// - `const TaskDefinition& x_definition()` in sequent_core: rules, targets and reports
//   (task_definition.h)
// - `const InferenceTask& x_inference()` in sequent_infer: predictions and their records
//   (inference_task.h)
// - `const TrainingTask& x_training()` in sequent_train: loss, metrics and export (training_task.h)
//
// The name of a file determines its library: sequent_infer for *_inference.cpp, sequent_train for
// *_training.cpp, otherwise sequent_core.
#pragma once

/// Tasks that a program adds to Sequent's own: compile definitions.cpp, inference_tasks.cpp and
/// training_tasks.cpp into it with this macro defined, such as -DSEQUENT_MORE_TASKS(task)=task(x).
#ifndef SEQUENT_MORE_TASKS
#define SEQUENT_MORE_TASKS(task)
#endif

// clang-format off
#define SEQUENT_TASKS(task)  \
  task(classification)       \
  task(multi_label)          \
  task(regression)           \
  task(tagging)              \
  task(language_model)       \
  task(sequence_to_sequence) \
  SEQUENT_MORE_TASKS(task)
// clang-format on
