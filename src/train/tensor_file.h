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

/// Writes the file atomically. Errors: Runtime.
void save_tensors(const std::filesystem::path& file, const std::string& text,
                  const NamedTensors& tensors);

/// Copies the file's tensors into `tensors` and returns its text.
/// Errors: Artifact if the file is missing or damaged, or a tensor is missing or has a different
/// shape.
std::string load_tensors(const std::filesystem::path& file, const NamedTensors& tensors);

/// Returns the model's weights, including frozen ones.
NamedTensors weights_of(const torch::nn::Module& model);

}  // namespace sequent
