// Calibrates a trained classifier on its validation rows.
#pragma once

#include <vector>

#include "sequent/data.h"
#include "sequent/model.h"
#include "sequent/text.h"
#include "tasks/classification/classification_metrics.h"
#include "train/worker_pool.h"

namespace sequent {

/// With `auto`, probabilities are calibrated from this number of validation rows.
inline constexpr std::int64_t kCalibrationRows = 100;

/// Divides the weights of the last layer by a temperature, which divides the logits by it: all that
/// runs the weights then gives calibrated probabilities. The last layer must be dense.
void divide_logits(SequenceModelImpl& model, double temperature);

/// Fits the temperature that training.calibration requests, applies it to the pool's model, and
/// returns the report of the validation rows with their calibration and conformal scores.
ClassificationReport calibrate_classifier(WorkerPool& pool, const LabelSet& labels,
                                          const EncodedDataset& validation);

/// Returns the report of rows with these probabilities, which stay as they are, and their conformal
/// scores. Shapes: probabilities [rows, classes], row-major.
ClassificationReport report_of_probabilities(const Config& config, const LabelSet& labels,
                                             const EncodedDataset& validation,
                                             const std::vector<float>& probabilities);

}  // namespace sequent
