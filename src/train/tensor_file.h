// Named tensors in a file: weights and checkpoints. The format is the zip of torch.save, so
// Python's torch.load opens it: a pair of a text and a dictionary from names to tensors.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace sequent {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Written whole or not at all. Errors: Runtime.
void save_tensors(const std::filesystem::path& file, const std::string& text,
                  const NamedTensors& tensors);

/// Copies the file's tensors into `tensors` and returns its text.
/// Errors: Artifact if the file is missing or damaged, or a tensor is missing or has another shape.
std::string load_tensors(const std::filesystem::path& file, const NamedTensors& tensors);

/// The model's weights, frozen ones included.
NamedTensors weights_of(const torch::nn::Module& model);

}  // namespace sequent
