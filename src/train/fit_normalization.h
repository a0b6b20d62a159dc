// Fits the normalization of a model to its data before training.
#pragma once

#include "sequent/data.h"
#include "sequent/model.h"

namespace sequent {

/// Sets the model's normalization layers to the mean and standard deviation of each channel over
/// all steps of `train`. A constant channel has the deviation 1.
void fit_normalization(const EncodedDataset& train, SequenceModelImpl& model);

/// Sets the mean and standard deviation of the targets in the same way, if the last layer
/// standardizes them.
void fit_targets(const EncodedDataset& train, SequenceModelImpl& model);

}  // namespace sequent
