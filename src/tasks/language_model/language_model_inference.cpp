#include <cmath>

#include "infer/loaded_model.h"
#include "infer/views.h"
#include "sequent/inference.h"
#include "tasks/language_model/text_generator_inference.h"

namespace sequent {

double TextLikelihood::perplexity() const {
  return tokens == 0 ? 1 : std::exp(-log_probability / static_cast<double>(tokens));
}

LanguageModel::LanguageModel(const Model& model) : model_(model) {
  require_view(model, "LanguageModel");
}

std::vector<TextLikelihood> LanguageModel::score(std::span<const std::string> texts) const {
  const LoadedModel& model = model_.loaded();
  const EncodedInputs inputs = model.encode_each(texts.size(), [&](std::size_t i) {
    EncodedText text = model.encoder().encode_lines(texts[i]);
    if (text.empty) text.ids.clear();
    return text;
  });
  std::vector<TextLikelihood> result(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    result[i].tokens = inputs.texts[i].token_count + 1;
    result[i].unknown_share = inputs.facts[i].unknown_share;
  }
  FiniteOutputs finite(texts.size());
  const TextModel& engine = model.text_model();
  model.run_batches(inputs.rows, engine.scored_together(model.options().batch_tokens),
                    [&](const std::vector<std::size_t>& numbers, const EncodedRows& rows) {
                      const std::vector<double> found = engine.log_probabilities(rows);
                      for (std::size_t i = 0; i < numbers.size(); ++i) {
                        result[numbers[i]].log_probability = found[i];
                        finite.check(numbers[i], found[i]);
                      }
                    });
  finite.throw_if_any();
  return result;
}

std::string LanguageModel::generate(std::string_view prompt, const GenerateOptions& options,
                                    const std::function<bool(std::string_view)>& use) const {
  const LoadedModel& model = model_.loaded();
  const TextGenerator generator(model.text_model(), model.encoder(), model.tokenizer());
  std::string text;
  model.run_here([&] { text = generator.generate(prompt, options, use); });
  return text;
}

}  // namespace sequent
