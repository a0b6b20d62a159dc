// The table of tasks: one line for each. A task `x` lives in the folder tasks/x/ and gives each
// side of the library its part:
//
//   const TaskDefinition& x_definition();   sequent_core:  rules, targets, reports
//   (task_definition.h) const InferenceTask& x_inference();     sequent_infer: answers and their
//   records (inference_task.h) const TrainingTask& x_training();       sequent_train: loss,
//   measures, export    (training_task.h)
//
// A file's name says which library it belongs to: *_inference.cpp, *_training.cpp, others to
// sequent_core.
#pragma once

/// Tasks of a program that are not Sequent's own: compile definitions.cpp, inference_tasks.cpp and
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
