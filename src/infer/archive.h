// Opens model archives: the only place that reads TorchScript.
#pragma once

#include <torch/script.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "sequent/artifact.h"

namespace sequent {

struct LoadedArchive {
  torch::jit::Module module;
  ArchiveCard card;
  std::string card_json;
};

/// Errors: Artifact if the file is missing, truncated, not made by Sequent, or of a later format.
LoadedArchive load_archive(const std::filesystem::path& file);

/// The same from memory; `name` stands for it in messages.
LoadedArchive load_archive(std::span<const std::byte> bytes, const std::string& name);

}  // namespace sequent
