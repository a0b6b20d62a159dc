// The LibTorch-free side of a task: rules and defaults of its config, its targets, and its reports.
// Its counterparts are inference_task.h and training_task.h.
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

struct Abstention;

/// The names that `sequent data check` uses for rows and their parts.
struct DataWords {
  const char* row = "text";
  const char* rows = "texts";
  const char* steps = "tokens";
  const char* label = "label";
  const char* labelled = "row";  // the unit that has a label
  bool has_several = false;      // labels: a row, or its tokens
  bool reads_on = false;         // rows are lines of one text, so some are empty or repeated
  bool are_text = true;          // otherwise sequences of numbers
};

/// Threads: a definition has no state; all methods can be called from many threads at once.
class TaskDefinition {
 public:
  TaskDefinition() = default;
  TaskDefinition(const TaskDefinition&) = delete;
  TaskDefinition& operator=(const TaskDefinition&) = delete;
  virtual ~TaskDefinition() = default;

  /// The name in configs.
  virtual std::string_view name() const = 0;
  /// What messages call a model of this task, such as "a language model".
  virtual std::string title() const { return std::string(name()); }
  /// The prediction of the task: the end of a sentence that begins with its name.
  virtual std::string_view help() const = 0;

  // ---- data

  virtual TargetKind target() const = 0;

  /// Whether rows follow each other, so that the last ones are held out.
  virtual bool rows_are_ordered() const { return false; }

  virtual DataWords data_words() const { return {}; }

  /// Returns why a model of this config cannot treat unseen labels this way; nothing if it can.
  virtual std::optional<std::string> unseen_labels_error(const Config& config,
                                                         UnseenLabels unseen) const;

  // ---- layers

  /// Whether the model predicts an output for each token instead of one for the row.
  virtual bool answers_per_token() const { return false; }

  /// Whether layers must not read later tokens, and the hidden state is carried across the chunks
  /// of a text.
  virtual bool is_causal() const { return false; }

  /// Whether the model's outputs are the tokens of its vocabulary.
  virtual bool predicts_tokens() const { return false; }

  /// Whether a row has one vector of outputs, so that those of several models can be averaged.
  bool has_average() const { return !answers_per_token() && !predicts_tokens(); }

  /// The layer types that can be the last layer, such as "dense" and "crf".
  virtual std::vector<std::string_view> last_layers() const { return {DenseSpec::kType}; }

  /// The description of the last layer in messages, such as "dense, with activation softmax".
  virtual std::string last_layer_help() const = 0;

  /// Whether the last dense layer has one unit, whose sigmoid is the second label's probability.
  virtual bool has_binary_output(const ModelSpec&) const { return false; }

  /// Checks a dense last layer. Returns the shape of its output.
  virtual Shape check_dense_output(const DenseSpec& spec, const ChainStep& step) const = 0;

  // ---- training

  virtual Initialization default_initialization() const { return Initialization::kKeras; }
  virtual Loss default_loss(const Config& config) const;
  virtual Monitor default_monitor() const = 0;

  /// The validation metrics that schedules and early stopping can monitor.
  virtual std::vector<Monitor> monitors() const = 0;

  virtual bool allows_label_smoothing() const { return true; }
  virtual bool allows_class_weights() const { return false; }
  /// Whether a model of this config can have a calibration other than `auto` and `none`.
  virtual bool allows_calibration(const Config&) const { return false; }

  /// Reports errors in a config that neither its layers nor the properties above cover.
  virtual void check_config(const Config&, ConfigIssues&) const {}

  // ---- results

  /// Parses a report of this task that report_to_json wrote. Errors: Artifact, at the JSON pointer
  /// of a value that is missing, has the wrong type, or is inconsistent.
  virtual Report read_report(const JsonFields& fields) const = 0;

  /// The validation metrics that are shown for each epoch, the most important first.
  virtual std::vector<EpochMetric> epoch_metrics() const = 0;

  /// Returns the values of a validation report that later reports and predictions use, one for each
  /// output of the model (such as thresholds); empty if there are none.
  virtual std::vector<double> calibration(const Report&) const { return {}; }

  /// Returns a validation report with the threshold below which the model abstains. Errors: Usage
  /// if the task has no such threshold, or no threshold reaches the requested precision.
  virtual Report with_abstention(const Report& validation, const Abstention& abstention) const;
};

/// Returns the definition of a config's task.
const TaskDefinition& definition_of(const Task& task);
inline const TaskDefinition& definition_of(const Config& config) {
  return definition_of(config.task);
}

/// Returns the calibration of a validation report in JSON; empty if there is no report. Errors:
/// Artifact.
std::vector<double> report_calibration(const std::string& json, const Task& task);

}  // namespace sequent
