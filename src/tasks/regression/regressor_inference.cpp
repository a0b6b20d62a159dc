#include <numeric>

#include "infer/explain.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "report/conformal_level.h"
#include "sequent/inference.h"
#include "sequent/report.h"
#include "tasks/regression/regression_metrics.h"

namespace sequent {

namespace {

/// Returns half of the width of each target's interval.
std::vector<double> half_widths(const Model& model, double level) {
  const std::string& json = model.loaded().validation_report();
  const Report report = json.empty() ? Report() : report_from_json(json, Task(model.task()));
  std::vector<double> widths;
  for (std::size_t target = 0; target < model.labels().size(); ++target) {
    widths.push_back(bound_of_level(ranked_column(report, "residuals", residual_key(target)), level,
                                    "intervals", model.loaded().name()));
  }
  return widths;
}

}  // namespace

template <class Input>
Regressor<Input>::Regressor(const Model& model, const RegressorOptions& options) : model_(model) {
  require_view(model, view_name("Regressor", input_kind<Input>()));
  if (options.level) half_widths_ = half_widths(model, *options.level);
}

template <class Input>
std::vector<NumbersPrediction> Regressor<Input>::predict(std::span<const Input> inputs) const {
  const std::vector<double>& origin = model_.loaded().config().data.target_origin;
  return answer_inputs<NumbersPrediction>(
      model_.loaded(), inputs,
      [this, &origin](NumbersPrediction& prediction, std::span<const float> outputs) {
        prediction.values.assign(outputs.begin(), outputs.end());
        for (std::size_t i = 0; i < origin.size(); ++i) prediction.values[i] += origin[i];
        for (std::size_t i = 0; i < half_widths_.size(); ++i) {
          prediction.lower.push_back(prediction.values[i] - half_widths_[i]);
          prediction.upper.push_back(prediction.values[i] + half_widths_[i]);
        }
      });
}

template <class Input>
std::vector<std::vector<Explanation>> Regressor<Input>::explain(
    std::span<const Input> inputs, const ExplainOptions& options) const {
  return explain_inputs(
      model_.loaded(), inputs, options,
      [](std::span<const float> outputs) {
        std::vector<std::int64_t> all(outputs.size());
        std::iota(all.begin(), all.end(), std::int64_t{0});
        return all;
      },
      model_.loaded().config().data.target_origin);
}

template class Regressor<std::string>;
template class Regressor<TextPair>;
template class Regressor<Series>;
template class Regressor<TextWithFeatures>;

}  // namespace sequent
