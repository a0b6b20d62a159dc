// The metrics of predicted classes.
#pragma once

#include <vector>

#include "tasks/classification/classification_metrics.h"
#include "tasks/training_task.h"

namespace sequent {

/// Labels that do not occur in training count as errors. Shapes: probabilities [rows, classes],
/// row-major.
ClassificationReport score_classes(const Config& config, const LabelSet& labels,
                                   const EncodedDataset& data,
                                   const std::vector<float>& probabilities);

}  // namespace sequent
