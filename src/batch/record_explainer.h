// Explanations of predictions for records: a task makes them, and ExplainedAnswers writes them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "batch/record_inputs.h"
#include "batch/record_options.h"
#include "sequent/data.h"
#include "sequent/inference.h"

namespace sequent {

/// The explanation of one output for a record.
struct NamedExplanation {
  std::string label;  // of the class, the target or the span
  Explanation explanation;
  std::optional<std::pair<std::int64_t, std::int64_t>> span = std::nullopt;  // in code points
};

/// How a task names what it explains.
struct ExplanationNames {
  std::string label = "label";        // key of the label
  std::string value = "probability";  // key of Explanation::value
  bool is_list = false;               // whether a record can have several explanations, or none
};

/// Explains the predictions for the records of one run.
/// Threads: all methods can be called from many threads at once.
class RecordExplainer {
 public:
  RecordExplainer() = default;
  RecordExplainer(const RecordExplainer&) = delete;
  RecordExplainer& operator=(const RecordExplainer&) = delete;
  virtual ~RecordExplainer() = default;

  virtual ExplanationNames names() const = 0;

  /// Returns the explanations for the records that have no error, in order.
  virtual std::vector<std::vector<NamedExplanation>> explain(
      const std::vector<Record>& window) const = 0;
};

/// Refuses options that do not fit --explain, and options of explanations without it. Errors:
/// Usage.
void check_explaining_options(const InferOptions& options);

/// Returns the options of a view's `explain`. Errors: Usage if the model reads series, has no
/// label of the requested name, or has a layer without gradients.
ExplainOptions explain_options(const InferOptions& options, const Model& model);

/// Explains with a view whose `explain` explains labels or targets.
template <class View, class Input>
class ViewExplainer : public RecordExplainer {
 public:
  ViewExplainer(const Model& model, const InferOptions& options, ExplanationNames names)
      : view_(model),
        labels_(model.labels()),
        options_(explain_options(options, model)),
        names_(std::move(names)) {}

  ExplanationNames names() const override { return names_; }

  std::vector<std::vector<NamedExplanation>> explain(
      const std::vector<Record>& window) const override {
    std::vector<std::vector<NamedExplanation>> result;
    for (auto& found : view_.explain(inputs_of<Input>(window), options_)) {
      std::vector<NamedExplanation>& named = result.emplace_back();
      for (Explanation& explanation : found) {
        const std::string& label = labels_[static_cast<std::size_t>(explanation.output)];
        named.push_back({label, std::move(explanation)});
      }
    }
    return result;
  }

 private:
  View view_;
  std::vector<std::string> labels_;
  ExplainOptions options_;
  ExplanationNames names_;
};

/// Returns the explainer of a task whose view is a template on the input. `names` are those of
/// ViewExplainer. Errors: as explain_options.
template <template <class> class View>
std::unique_ptr<RecordExplainer> view_explainer(const Model& model, const InferOptions& options,
                                                const ExplanationNames& names) {
  explain_options(options, model);  // refuses series before a view is made
  return with_input_type(
      model.input(), [&]<class Input>(const Input&) -> std::unique_ptr<RecordExplainer> {
        return std::make_unique<ViewExplainer<View<Input>, Input>>(model, options, names);
      });
}

}  // namespace sequent
