// The TorchScript graph of a model: generated from its config, or the archive's own.
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "infer/archive.h"
#include "sequent/config.h"

namespace sequent {

/// Weights by their names in the archive, in order.
using GraphWeights = std::vector<std::pair<std::string, torch::Tensor>>;

/// Compiles the source that torchscript_source generates for a config.
torch::jit::Module make_graph(const ResolvedConfig& config, const GraphWeights& weights);

/// Does the same with the weights of an archive. Code in the archive is neither read nor run.
torch::jit::Module make_graph(const LoadedArchive& archive);

/// Returns the archive's own graph. Its source must be the one that make_graph compiles for the
/// archive's config, so that no other code can run.
/// Errors: Artifact if the source differs.
torch::jit::Module verified_graph(const LoadedArchive& archive);

/// Loads the archive's own graph without this check: its code can do anything.
/// Errors: Artifact if LibTorch cannot load it.
torch::jit::Module trusted_graph(const LoadedArchive& archive);

}  // namespace sequent
