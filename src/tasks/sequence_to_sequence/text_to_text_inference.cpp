#include "infer/loaded_model.h"
#include "infer/token_joiner.h"
#include "infer/views.h"
#include "runtime/rows.h"
#include "sequent/error.h"
#include "sequent/inference.h"

namespace sequent {
TextToText::TextToText(const Model& model, const TextToTextOptions& options)
    : model_(model), options_(options) {
  require_view(model, "TextToText");
  if (options.beams >= 1) return;
  throw Error(ErrorKind::kUsage, "beams",
              "found " + std::to_string(options.beams) + "; expected at least 1");
}

std::vector<GeneratedText> TextToText::generate(std::span<const std::string> sources) const {
  const LoadedModel& model = model_.loaded();
  const EncodedInputs inputs = model.encode(sources);
  std::vector<GeneratedText> result(sources.size());
  note_facts(inputs, result);
  FiniteOutputs finite(sources.size());
  const std::int64_t beams = options_.beams;
  const std::int64_t batch_tokens = scored_tokens(model.encoder().vocabulary().size() * beams,
                                                  model.options().batch_tokens / beams);
  model.run_batches(inputs.rows, batch_tokens,
                    [&](const std::vector<std::size_t>& numbers, const EncodedRows& rows) {
                      const std::vector<GeneratedRow> found = model.write(rows, beams);
                      for (std::size_t i = 0; i < numbers.size(); ++i) {
                        result[numbers[i]].text = join_tokens(
                            model.tokenizer(), model.encoder().vocabulary(), found[i].tokens);
                        result[numbers[i]].log_probability = found[i].log_probability;
                        finite.check(numbers[i], found[i].log_probability);
                      }
                    });
  finite.throw_if_any();
  return result;
}

}  // namespace sequent
