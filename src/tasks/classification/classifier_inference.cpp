#include <algorithm>

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

template class Classifier<std::string>;
template class Classifier<TextPair>;
template class Classifier<Series>;

}  // namespace sequent
