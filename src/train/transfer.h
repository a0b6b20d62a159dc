// Starting from what another run has learned.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/model.h"
#include "train/load_run.h"

namespace sequent {

/// The run that training.init_from names.
/// Errors: Artifact as load_run; Config if it reads other input than `config` does.
LoadedRun load_origin(const Config& config);

/// Copies into `model` what fits of `origin`. Layers with weights are paired from the first on as
/// long as their kinds and widths agree; the last layer is taken where all others are, and the task
/// is the same. Rows that belong to a token or a label go where its name stands now; those of new
/// names stay as they are. Returns what was taken, for the log and the report.
/// Errors: Config if nothing fits.
std::string take_weights(const LoadedRun& origin, const LabelSet& labels, SequenceModelImpl& model);

// What the last layer takes over is the task's decision (TrainingTask::take_head), with these:

/// Outputs of one layer, and those of another that stand for the same.
struct OutputPairs {
  std::vector<std::int64_t> from;
  std::vector<std::int64_t> to;
};
/// Those with the same label.
OutputPairs pair_labels(const LabelSet& from, const LabelSet& to);
/// The first `count` of both.
OutputPairs pair_first(std::int64_t count);

/// Copies rows of a parameter that has a row for each output.
void copy_rows(const torch::Tensor& from, const torch::Tensor& to, const OutputPairs& pairs);

/// The same for all parameters of a layer. Returns the number of pairs.
std::int64_t copy_outputs(const LayerImpl& from, const LayerImpl& to, const OutputPairs& pairs);

/// Copies all parameters. What has no origin keeps its initial values.
void copy_layer(const LayerImpl& from, const LayerImpl& to);

}  // namespace sequent
