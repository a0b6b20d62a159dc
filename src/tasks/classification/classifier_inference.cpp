#include <algorithm>

#include "infer/explain.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "sequent/inference.h"

namespace sequent {

template <class Input>
Classifier<Input>::Classifier(const Model& model) : model_(model) {
  require_view(model, view_name("Classifier", input_kind<Input>()));
}

template <class Input>
std::vector<ClassPrediction> Classifier<Input>::classify(std::span<const Input> inputs) const {
  return answer_inputs<ClassPrediction>(
      model_.loaded(), inputs, [](ClassPrediction& prediction, std::span<const float> outputs) {
        prediction.probabilities.assign(outputs.begin(), outputs.end());
        const auto best = std::max_element(outputs.begin(), outputs.end());
        prediction.label = best - outputs.begin();
        prediction.probability = *best;
      });
}

template <class Input>
std::vector<std::vector<Explanation>> Classifier<Input>::explain(
    std::span<const Input> inputs, const ExplainOptions& options) const {
  return explain_inputs(model_.loaded(), inputs, options, [](std::span<const float> outputs) {
    const auto best = std::max_element(outputs.begin(), outputs.end());
    return std::vector<std::int64_t>{best - outputs.begin()};
  });
}

template class Classifier<std::string>;
template class Classifier<TextPair>;
template class Classifier<Series>;

}  // namespace sequent
