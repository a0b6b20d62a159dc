// Initializers of weight matrices. They work in place; call them without gradient tracking.
#pragma once

#include <torch/torch.h>

namespace sequent {

/// Draws uniformly from +-sqrt(6 / (rows + columns)) (Glorot and Bengio 2010).
void glorot_uniform(torch::Tensor& weight, at::Generator& generator);

/// Draws a matrix with orthonormal columns (rows >= columns), uniformly distributed (Saxe et al.
/// 2014; with the sign correction of Mezzadri 2007).
void orthogonal(torch::Tensor& weight, at::Generator& generator);

}  // namespace sequent
