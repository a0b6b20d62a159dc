// The defaults of a task's training side.
#include "sequent/error.h"
#include "tasks/training_task.h"
#include "train/transfer.h"

namespace sequent {

std::int64_t TrainingTask::take_head(const LoadedRun& origin, const LabelSet& labels,
                                     SequenceModelImpl& model) const {
  return copy_outputs(*origin.model->layers().back(), *model.layers().back(),
                      pair_labels(origin.text.labels, labels));
}

double TrainingTask::loss_units(const EncodedDataset&, std::span<const std::int64_t> rows) const {
  return static_cast<double>(rows.size());
}

void TrainingTask::check_options(const EvaluateOptions& options) const {
  if (!options.dynamic_rate) return;
  throw Error(ErrorKind::kUsage, "dynamic",
              "has no meaning for this model, which is not a language model; leave it out");
}

Report TrainingTask::measure_dynamically(SequenceModelImpl&, const MeasuredRows&,
                                         const EvaluateOptions&) const {
  throw Error(ErrorKind::kInternal, "dynamic", "this task has no dynamic evaluation");
}

Report TrainingTask::report_of_predictions(const SequenceModelImpl&, const MeasuredRows&,
                                           const std::vector<float>&) const {
  throw Error(ErrorKind::kInternal, "", "the task has no report of given predictions");
}

Facts TrainingTask::data_facts(const PreparedData& data) const {
  const std::int64_t channels = data.train.channels();
  const bool numeric = channels > 0;
  return {{"Training rows", std::to_string(data.train.size())},
          {"Validation rows", std::to_string(data.validation.size())},
          {numeric ? "Channels" : "Vocabulary",
           std::to_string(numeric ? channels : data.vocabulary.size())}};
}

}  // namespace sequent
