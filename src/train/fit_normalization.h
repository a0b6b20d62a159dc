// What a model learns of its data before training.
#pragma once

#include "sequent/data.h"
#include "sequent/model.h"

namespace sequent {

/// Sets the model's normalization layers to mean and standard deviation of each channel over all
/// steps of `train`; a channel that never changes has the deviation 1.
void fit_normalization(const EncodedDataset& train, SequenceModelImpl& model);

/// Sets the mean and the deviation of the targets, where the last layer standardizes them,
/// likewise.
void fit_targets(const EncodedDataset& train, SequenceModelImpl& model);

}  // namespace sequent
