// Initializes a model with the weights of another run.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/model.h"
#include "train/load_run.h"

namespace sequent {

/// Loads the run that training.init_from names.
/// Errors: Artifact as for load_run; Config if its input differs from that of `config`.
LoadedRun load_origin(const Config& config);

/// Copies the matching weights of `origin` into `model`. Layers with weights are paired from the
/// first one, as long as their kinds and widths agree. The last layer is copied if all others are
/// and the task is the same. Rows of tokens and labels are matched by name; those of new names keep
/// their initial values. Returns a description of the copied layers for the log and the report.
/// Errors: Config if no layer matches.
std::string take_weights(const LoadedRun& origin, const LabelSet& labels, SequenceModelImpl& model);

// The task decides how the last layer is copied (TrainingTask::take_head), using these functions.

/// Pairs of corresponding outputs of two layers.
struct OutputPairs {
  std::vector<std::int64_t> from;
  std::vector<std::int64_t> to;
};
/// Returns the pairs of outputs with the same label.
OutputPairs pair_labels(const LabelSet& from, const LabelSet& to);
/// Returns the pairs of the first `count` outputs.
OutputPairs pair_first(std::int64_t count);

/// Copies rows of a parameter that has one row per output.
void copy_rows(const torch::Tensor& from, const torch::Tensor& to, const OutputPairs& pairs);

/// Copies the rows of all parameters of a layer. Returns the number of pairs.
std::int64_t copy_outputs(const LayerImpl& from, const LayerImpl& to, const OutputPairs& pairs);

/// Copies all parameters. Values without a counterpart keep their initial values.
void copy_layer(const LayerImpl& from, const LayerImpl& to);

}  // namespace sequent
