// What the inference side asks of a task: the view that answers, and how sequent-infer answers
// records with it. Its counterparts are task_definition.h and training_task.h.
#pragma once

#include <memory>
#include <string>

#include "batch/record_answerer.h"
#include "batch/record_options.h"
#include "sequent/config.h"
#include "sequent/inference.h"

namespace sequent {

/// Threads: a task has no state; all methods may be called from many at once.
class InferenceTask {
 public:
  InferenceTask() = default;
  InferenceTask(const InferenceTask&) = delete;
  InferenceTask& operator=(const InferenceTask&) = delete;
  virtual ~InferenceTask() = default;

  /// The view of inference.h that fits a model which reads such input, as C++ names it: "Tagger",
  /// or "Classifier<Series>" (see view_name).
  virtual std::string view(InputKind input) const = 0;

  /// Whether answers are found by a beam search.
  virtual bool has_beams() const { return false; }

  /// Checks the options of sequent-infer that say what is answered. Without an override those about
  /// classes and those about tags have no meaning. Errors: Usage for an option without a meaning.
  virtual void check_options(const InferOptions& options) const;

  /// Answers the records of one run; `options` are checked. Errors: Usage if an option does not fit
  /// the model, such as a label that a table cannot hold.
  virtual std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                                   const InferOptions& options) const = 0;
};

/// The inference side of a model's task.
const InferenceTask& inference_task(const Task& task);

}  // namespace sequent
