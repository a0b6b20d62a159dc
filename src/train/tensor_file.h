// Files of named tensors: weights and checkpoints. The format is the zip format of torch.save,
// which Python's torch.load can open. The content is a pair of a text and a dictionary from names
// to tensors.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace sequent {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Returns the content of such a file.
std::string pack_tensors(const std::string& text, const NamedTensors& tensors);

/// Copies the tensors of a file with this content into `tensors` and returns its text.
/// Errors: Artifact, at `file`, if the content is damaged, or a tensor is missing or has a
/// different shape.
std::string unpack_tensors(const std::string& content, const std::filesystem::path& file,
                           const NamedTensors& tensors);

/// Writes the file atomically. Errors: Runtime.
void save_tensors(const std::filesystem::path& file, const std::string& text,
                  const NamedTensors& tensors);

/// Copies the file's tensors into `tensors` and returns its text.
/// Errors: Artifact, as unpack_tensors, and if the file is missing.
std::string load_tensors(const std::filesystem::path& file, const NamedTensors& tensors);

/// Returns the model's weights, including frozen ones.
NamedTensors weights_of(const torch::nn::Module& model);

}  // namespace sequent
