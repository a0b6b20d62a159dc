// Compares the outputs of an exported model with those of the trained model.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "libtorch/row_tensors.h"
#include "sequent/model.h"

namespace sequent {

/// Returns the greatest difference between two results, with a separate unit for each value.
/// `engine` is the name of the engine that computed `found`, for messages.
/// Errors: Internal if the difference exceeds `allowed`.
double check_difference(const torch::Tensor& expected, const torch::Tensor& found,
                        const torch::Tensor& unit, const std::string& engine, double allowed);

/// Returns the rows as the trained model reads them.
Batch probe_batch(const SequenceModelImpl& model, const EncodedRows& rows);

/// Returns the mean of the models' predictions. Shapes: -> [B, C] on the CPU.
torch::Tensor mean_predictions(const std::vector<SequenceModelImpl*>& models,
                               const EncodedRows& rows);

/// Clears the outputs of tokens past each row's end, which have no meaning. Shapes: found [B, T,
/// C], lengths [B] -> [B, T, C].
torch::Tensor without_padding(const torch::Tensor& found, const torch::Tensor& lengths);

}  // namespace sequent
