// Initial values of weight matrices. Both act in place; call them without gradient.
#pragma once

#include <torch/torch.h>

namespace sequent {

/// Uniform in +-sqrt(6 / (rows + columns)) (Glorot and Bengio 2010).
void glorot_uniform(torch::Tensor& weight, at::Generator& generator);

/// Orthonormal columns (rows >= columns), uniformly distributed (Saxe et al. 2014; signs as
/// Mezzadri 2007 asks).
void orthogonal(torch::Tensor& weight, at::Generator& generator);

}  // namespace sequent
