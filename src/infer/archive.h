// Opens model archives: the only place that reads TorchScript.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "sequent/artifact.h"

namespace sequent {

struct LoadedArchive {
  torch::jit::Module module;
  ArchiveMetadata metadata;
  std::string metadata_json;
};

/// Errors: Artifact if the file is missing, truncated, not made by Sequent, or of a later format.
LoadedArchive load_archive(const std::filesystem::path& file);

/// The same from memory; `name` stands for it in messages.
LoadedArchive load_archive(std::span<const std::byte> bytes, const std::string& name);

/// Checksum of the weights' bytes, in the order of their names.
std::string weights_checksum(const torch::jit::Module& module);

/// An archive's weights by the names the model gives them: `layers.2.weight_ih_l0`.
class ArchiveWeights {
 public:
  explicit ArchiveWeights(const torch::jit::Module& module);

  /// Errors: Artifact if the archive has no such weight.
  std::span<const float> operator()(const std::string& name) const;

 private:
  std::map<std::string, torch::Tensor> weights_;  // float32, contiguous, by the archive's names
};

}  // namespace sequent
