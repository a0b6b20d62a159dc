// Opens model archives: the only code that reads TorchScript.
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

/// Errors: Artifact if the file is missing, truncated, not made by Sequent, or in a later format.
LoadedArchive load_archive(const std::filesystem::path& file);

/// Opens an archive in memory; messages refer to it by `name`.
LoadedArchive load_archive(std::span<const std::byte> bytes, const std::string& name);

/// Returns the checksum of the weights' bytes, in the order of their names.
std::string weights_checksum(const torch::jit::Module& module);

/// An archive's weights by their names in the model: `layers.2.weight_ih_l0`.
class ArchiveWeights {
 public:
  explicit ArchiveWeights(const torch::jit::Module& module);

  /// Errors: Artifact if the archive has no such weight.
  std::span<const float> operator()(const std::string& name) const;

 private:
  std::map<std::string, torch::Tensor> weights_;  // float32, contiguous, by archive names
};

}  // namespace sequent
