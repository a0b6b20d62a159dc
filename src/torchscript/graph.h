// The TorchScript graph of a model: generated from its config, or the archive's own.
#pragma once

#include <torch/script.h>

#include <string>
#include <utility>
#include <vector>

#include "infer/archive.h"
#include "script/script_writer.h"

namespace sequent {

/// Weights by their names in the archive, in order.
using GraphWeights = std::vector<std::pair<std::string, torch::Tensor>>;

/// Compiles the source of a graph, such as torchscript_source generates.
torch::jit::Module make_graph(const std::string& source, const GraphWeights& weights);

/// Does the same with the weights of an archive. Code in the archive is neither read nor run.
torch::jit::Module make_graph(const std::string& source, const LoadedArchive& archive);
inline torch::jit::Module make_graph(const LoadedArchive& archive) {
  return make_graph(torchscript_source(archive.config), archive);
}

/// Returns the archive's own graph. Its source must be the one that make_graph compiles from
/// `source`, so that no other code can run.
/// Errors: Artifact if the source differs.
torch::jit::Module verified_graph(const std::string& source, const LoadedArchive& archive);

/// Loads the archive's own graph without this check: its code can do anything.
/// Errors: Artifact if LibTorch cannot load it.
torch::jit::Module trusted_graph(const LoadedArchive& archive);

}  // namespace sequent
