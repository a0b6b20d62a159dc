#include <algorithm>
#include <memory>

#include "infer/explain.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "sequent/inference.h"

namespace sequent {
namespace {

/// Returns the thresholds of the validation report; for a model without a report, 0.5 for each
/// label.
std::shared_ptr<const std::vector<double>> label_thresholds(const LoadedModel& model) {
  constexpr double kUsualThreshold = 0.5;
  std::vector<double> thresholds = model.calibration();
  thresholds.resize(model.labels().size(), kUsualThreshold);
  return std::make_shared<const std::vector<double>>(std::move(thresholds));
}

}  // namespace

template <class Input>
MultiLabelClassifier<Input>::MultiLabelClassifier(const Model& model) : model_(model) {
  require_view(model, view_name("MultiLabelClassifier", input_kind<Input>()));
  thresholds_ = label_thresholds(model.loaded());
}

template <class Input>
std::vector<LabelsPrediction> MultiLabelClassifier<Input>::classify(
    std::span<const Input> inputs) const {
  return answer_inputs<LabelsPrediction>(
      model_.loaded(), inputs,
      [this](LabelsPrediction& prediction, std::span<const float> outputs) {
        prediction.probabilities.assign(outputs.begin(), outputs.end());
        for (std::size_t label = 0; label < outputs.size(); ++label) {
          if (outputs[label] >= (*thresholds_)[label]) {
            prediction.labels.push_back(static_cast<std::int64_t>(label));
          }
        }
      });
}

template <class Input>
std::vector<std::vector<Explanation>> MultiLabelClassifier<Input>::explain(
    std::span<const Input> inputs, const ExplainOptions& options) const {
  return explain_inputs(model_.loaded(), inputs, options, [this](std::span<const float> outputs) {
    std::vector<std::int64_t> chosen;
    for (std::size_t label = 0; label < outputs.size(); ++label) {
      if (outputs[label] >= (*thresholds_)[label]) {
        chosen.push_back(static_cast<std::int64_t>(label));
      }
    }
    if (chosen.empty()) {
      const auto best = std::max_element(outputs.begin(), outputs.end());
      chosen.push_back(best - outputs.begin());
    }
    return chosen;
  });
}

template class MultiLabelClassifier<std::string>;
template class MultiLabelClassifier<TextPair>;
template class MultiLabelClassifier<Series>;
template class MultiLabelClassifier<TextWithFeatures>;

}  // namespace sequent
