#include "train/labelled_rows.h"

#include <algorithm>
#include <span>

#include "data/encode_rows.h"
#include "infer/archive.h"
#include "infer/fused_engine.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"

namespace sequent {

SplitRows read_labelled_rows(const std::string& file, const Config& config,
                             const Vocabulary& vocabulary, const LabelSet& labels,
                             const EvaluateOptions& options) {
  const DataFormat& format = options.format ? *options.format : config.data.format;
  const bool numeric = std::holds_alternative<NumericInput>(config.input);
  const TargetKind target = definition_of(config).target();
  const bool tags = target == TargetKind::kTags;
  if (tags != is_tagged(format)) {
    throw Error(ErrorKind::kUsage, file,
                tags ? "the model is a tagger; the format must be conll or tokens"
                     : "the format has tagged tokens, but the model is not a tagger");
  }
  if (numeric != is_numeric(format)) {
    throw Error(ErrorKind::kUsage, file,
                numeric ? "the model reads numbers; the format must be series, windows or ucr"
                        : "the model reads text; the format cannot be series, windows or ucr");
  }
  training_task(config).check_options(options);
  if (target != TargetKind::kNextTokens && std::holds_alternative<LinesFormat>(format)) {
    throw Error(ErrorKind::kUsage, file,
                "the lines format has no labels, and the model is not a language model");
  }
  const UnseenLabels unseen = options.unseen_labels.value_or(config.data.unseen_labels);
  if (const auto error = definition_of(config).unseen_labels_error(config, unseen)) {
    throw Error(ErrorKind::kUsage, "unseen labels", *error);
  }
  return encode_evaluated(file, format, encoder_spec(config), vocabulary, {labels, unseen},
                          options.threads);
}

SequenceModel trainable_model(const LoadedArchive& archive, std::int64_t member) {
  const torch::NoGradGuard no_gradient;
  const WeightSource all = [&](const std::string& name) { return archive.weights(name); };
  const WeightSource weights = member_weights(all, archive.config, member);
  ResolvedConfig config = archive.config;
  config.members = 1;
  SequenceModel model(config);
  for (auto& named : model->named_parameters()) {
    const std::span<const float> values = weights(named.key());
    std::copy(values.begin(), values.end(), named.value().data_ptr<float>());
  }
  return model;
}

}  // namespace sequent
