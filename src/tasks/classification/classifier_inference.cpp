#include <algorithm>
#include <string>

#include "infer/explain.h"
#include "infer/loaded_model.h"
#include "infer/views.h"
#include "metrics/conformal.h"
#include "report/conformal_level.h"
#include "sequent/error.h"
#include "sequent/inference.h"

namespace sequent {
namespace {

ConformalScore score_of(PredictionSets sets) {
  return sets == PredictionSets::kAps ? ConformalScore::kAps : ConformalScore::kLac;
}

/// Returns the report of the validation rows; an empty one if the archive has none.
Report validation_report(const Model& model) {
  const std::string& json = model.loaded().validation_report();
  return json.empty() ? Report() : report_from_json(json, Task(model.task()));
}

/// Returns the classes whose score is at most `bound`, the most probable first.
std::vector<std::int64_t> prediction_set(ConformalScore kind, double bound,
                                         std::span<const float> probabilities) {
  const std::vector<double> scores = conformal_scores(kind, probabilities);
  std::vector<std::int64_t> set;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] <= bound) set.push_back(static_cast<std::int64_t>(i));
  }
  std::stable_sort(set.begin(), set.end(), [&](std::int64_t a, std::int64_t b) {
    return probabilities[static_cast<std::size_t>(a)] > probabilities[static_cast<std::size_t>(b)];
  });
  return set;
}

}  // namespace

template <class Input>
Classifier<Input>::Classifier(const Model& model, const ClassifierOptions& options)
    : model_(model), options_(options) {
  require_view(model, view_name("Classifier", input_kind<Input>()));
  if (!(options.abstain_below >= 0 && options.abstain_below <= 1)) {
    throw Error(ErrorKind::kUsage, "abstention",
                "found a threshold of " + std::to_string(options.abstain_below) +
                    "; expected a probability from 0 to 1");
  }
  if (!options.set_level) return;
  const Report report = validation_report(model);
  const bool adaptive = options.sets == PredictionSets::kAps;
  set_bound_ = bound_of_level(ranked_column(report, "conformal", adaptive ? "aps" : "lac"),
                              *options.set_level, "prediction sets", model.loaded().name());
}

template <class Input>
std::optional<double> Classifier<Input>::stored_threshold(const Model& model) {
  return validation_report(model).value("calibration.abstain_below");
}

template <class Input>
std::vector<ClassPrediction> Classifier<Input>::classify(std::span<const Input> inputs) const {
  return answer_inputs<ClassPrediction>(
      model_.loaded(), inputs, [this](ClassPrediction& prediction, std::span<const float> outputs) {
        prediction.probabilities.assign(outputs.begin(), outputs.end());
        const auto best = std::max_element(outputs.begin(), outputs.end());
        prediction.label = best - outputs.begin();
        prediction.probability = *best;
        prediction.abstained = *best < options_.abstain_below;
        if (!options_.set_level) return;
        prediction.prediction_set = prediction_set(score_of(options_.sets), set_bound_, outputs);
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
template class Classifier<TextWithFeatures>;

}  // namespace sequent
