// What the library asks of a task without LibTorch: rules and defaults of its config, what it takes
// from a row, and its reports. Its counterparts are inference_task.h and training_task.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/chain_step.h"
#include "core/config_issues.h"
#include "core/json_fields.h"
#include "sequent/config.h"
#include "sequent/data.h"
#include "sequent/report.h"

namespace sequent {

/// What `sequent data check` calls rows and their parts.
struct DataWords {
  const char* row = "text";
  const char* rows = "texts";
  const char* steps = "tokens";
  const char* label = "label";
  const char* labelled = "row";  // what has a label
  bool has_several = false;      // labels: a row, or its tokens
  bool reads_on = false;         // rows are lines of one text: some are empty or repeated
  bool are_text = true;          // else sequences of numbers
};

/// Threads: a definition has no state; all methods may be called from many at once.
class TaskDefinition {
 public:
  TaskDefinition() = default;
  TaskDefinition(const TaskDefinition&) = delete;
  TaskDefinition& operator=(const TaskDefinition&) = delete;
  virtual ~TaskDefinition() = default;

  /// The name that configs write.
  virtual std::string_view name() const = 0;
  /// What messages call a model of this task, such as "a language model".
  virtual std::string title() const { return std::string(name()); }
  /// What the task is for: the end of a sentence that begins with its name.
  virtual std::string_view help() const = 0;

  // ---- data

  virtual TargetKind target() const = 0;

  /// Whether rows follow each other, so that those held out are the last.
  virtual bool rows_are_ordered() const { return false; }

  virtual DataWords data_words() const { return {}; }

  /// Why a model of this config cannot treat unseen labels so; nothing if it can.
  virtual std::optional<std::string> unseen_labels_error(const Config& config,
                                                         UnseenLabels unseen) const;

  // ---- layers

  /// Whether each token has an answer, and not the row as a whole.
  virtual bool answers_per_token() const { return false; }

  /// Whether layers must not read tokens to come, and hidden states are carried from one chunk of
  /// the text to the next.
  virtual bool is_causal() const { return false; }

  /// Whether the model's outputs are the tokens of its vocabulary.
  virtual bool predicts_tokens() const { return false; }

  /// The types of layers that the model may end in, such as "dense" and "crf".
  virtual std::vector<std::string_view> last_layers() const { return {DenseSpec::kType}; }

  /// The last layer as messages describe it, such as "dense, with activation softmax".
  virtual std::string last_layer_help() const = 0;

  /// Whether the last dense layer is one unit whose sigmoid is the second label's probability.
  virtual bool has_binary_output(const ModelSpec&) const { return false; }

  /// Checks the last layer where it is dense. Returns its output's shape.
  virtual Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const = 0;

  // ---- training

  virtual Initialization default_initialization() const { return Initialization::kKeras; }
  virtual Loss default_loss(const Config& config) const;
  virtual Monitor default_monitor() const = 0;

  /// The validation metrics that schedules and early stopping can watch.
  virtual std::vector<Monitor> monitors() const = 0;

  virtual bool allows_label_smoothing() const { return true; }
  virtual bool allows_class_weights() const { return false; }

  /// Reports what is wrong with a config beyond its layers and what the properties above say.
  virtual void check_config(const Config&, ConfigIssues&) const {}

  // ---- results

  /// Reads what report_to_json wrote of this task. Errors: Artifact, at the JSON pointer of what is
  /// missing, of another type, or does not add up.
  virtual Report read_report(const JsonFields& fields) const = 0;

  /// The validation metrics that are shown with each epoch, the most important first.
  virtual std::vector<EpochMetric> epoch_metrics() const = 0;

  /// What later reports and predictions take over from a validation report, a value for each output
  /// of the model (such as thresholds); empty where there is nothing.
  virtual std::vector<double> calibration(const Report&) const { return {}; }
};

/// The definition of a config's task.
const TaskDefinition& definition_of(const Task& task);
inline const TaskDefinition& definition_of(const Config& config) {
  return definition_of(config.task);
}

/// The calibration of a validation report as JSON; empty without one. Errors: Artifact.
std::vector<double> report_calibration(const std::string& json, const Task& task);

}  // namespace sequent
