// The inference side of a task: the view that predicts, and how sequent-infer predicts for records
// with it. Its counterparts are task_definition.h and training_task.h.
#pragma once

#include <memory>
#include <string>

#include "batch/record_answerer.h"
#include "batch/record_explainer.h"
#include "batch/record_options.h"
#include "sequent/config.h"
#include "sequent/inference.h"

namespace sequent {

class ScriptWriter;

/// Threads: a task has no state; all methods can be called from many threads at once.
class InferenceTask {
 public:
  InferenceTask() = default;
  InferenceTask(const InferenceTask&) = delete;
  InferenceTask& operator=(const InferenceTask&) = delete;
  virtual ~InferenceTask() = default;

  /// Returns the C++ name of the inference.h view for a model with such input: "Tagger" or
  /// "Classifier<Series>" (see view_name).
  virtual std::string view(InputKind input) const = 0;

  /// Writes the TorchScript methods of the exported model. By default, `forward` runs all layers,
  /// and averages the predictions if there are several members.
  virtual void write_methods(ScriptWriter& script) const;

  /// Whether predictions are found by beam search.
  virtual bool has_beams() const { return false; }

  /// Checks the options of sequent-infer for the content of predictions. By default, options for
  /// classes and for tags are refused. Errors: Usage for an option that does not apply.
  virtual void check_options(const InferOptions& options) const;

  /// Predicts for the records of one run; `options` are checked. Errors: Usage if an option does
  /// not fit the model, such as a label that a table cannot contain.
  virtual std::unique_ptr<RecordAnswerer> answerer(const Model& model,
                                                   const InferOptions& options) const = 0;

  /// Explains the predictions for the records of one run. By default, --explain is refused.
  /// Errors: Usage if an option does not fit the model.
  virtual std::unique_ptr<RecordExplainer> explainer(const Model& model,
                                                     const InferOptions& options) const;

 protected:
  /// Writes the lines of a method that convert the last layer's output `x` to predictions `x`.
  virtual void write_predictions(ScriptWriter&) const {}
};

/// Returns the inference side of a model's task.
const InferenceTask& inference_task(const Task& task);

}  // namespace sequent
