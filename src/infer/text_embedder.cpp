#include <algorithm>

#include "infer/loaded_model.h"
#include "sequent/error.h"
#include "sequent/inference.h"

namespace sequent {

TextEmbedder::TextEmbedder(const Model& model) : model_(model) {
  const LoadedModel& loaded = model_.loaded();
  const TaskDefinition& task = loaded.definition();
  if (task.answers_per_token() || task.predicts_tokens() || loaded.channels() > 0) {
    throw Error(ErrorKind::kUsage, "", "the model computes no vector for a text");
  }
  if (!loaded.config().second_encoder().empty()) {
    throw Error(ErrorKind::kUsage, "",
                "the model has separate encoders for the two texts of a pair, whose vectors cannot "
                "be compared; train with \"encoders\": \"shared\" in the pair layer");
  }
  if (loaded.members() > 1) {
    throw Error(ErrorKind::kUsage, "",
                "the archive averages " + std::to_string(loaded.members()) +
                    " models, each of which has embeddings of its own; export a single run");
  }
  if (loaded.fused_engine() == nullptr) {
    throw Error(ErrorKind::kUsage, "",
                "the torchscript engine computes no vectors of texts; use the fused engine");
  }
}

std::int64_t TextEmbedder::width() const { return model_.loaded().fused_engine()->vector_width(); }

std::vector<float> TextEmbedder::embed(std::span<const std::string> texts) const {
  const LoadedModel& loaded = model_.loaded();
  const auto width = static_cast<std::size_t>(this->width());
  const EncodedInputs inputs = loaded.encode(texts);
  std::vector<float> vectors(texts.size() * width);
  FiniteOutputs finite(texts.size());
  loaded.run_batches(inputs.rows, loaded.options().batch_tokens,
                     [&](const std::vector<std::size_t>& numbers, const EncodedRows& rows) {
                       std::vector<float> found(rows.size() * width);
                       loaded.fused_engine()->embed(rows, found.data());
                       for (std::size_t i = 0; i < numbers.size(); ++i) {
                         std::copy_n(found.data() + i * width, width,
                                     vectors.data() + numbers[i] * width);
                         finite.check(numbers[i], std::span(found).subspan(i * width, width));
                       }
                     });
  finite.throw_if_any();
  return vectors;
}

}  // namespace sequent
