#include <numeric>

#include "infer/explain.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "sequent/inference.h"

namespace sequent {

template <class Input>
Regressor<Input>::Regressor(const Model& model) : model_(model) {
  require_view(model, view_name("Regressor", input_kind<Input>()));
}

template <class Input>
std::vector<NumbersPrediction> Regressor<Input>::predict(std::span<const Input> inputs) const {
  const std::vector<double>& origin = model_.loaded().config().data.target_origin;
  return answer_inputs<NumbersPrediction>(
      model_.loaded(), inputs,
      [&origin](NumbersPrediction& prediction, std::span<const float> outputs) {
        prediction.values.assign(outputs.begin(), outputs.end());
        for (std::size_t i = 0; i < origin.size(); ++i) prediction.values[i] += origin[i];
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

}  // namespace sequent
