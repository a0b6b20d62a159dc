// Selects the device on which a model is trained.
#pragma once

#include <torch/torch.h>

#include <string>

namespace sequent {

/// Returns the device that `runtime.device` names. `auto` is CUDA if a GPU is available, otherwise
/// the CPU.
/// Errors: Runtime if CUDA is requested and LibTorch or this machine lacks it, or has too few GPUs.
torch::Device choose_device(const std::string& name);

/// Copies a CPU tensor to the device. A copy to a GPU goes through pinned memory and does not block
/// this thread.
torch::Tensor send_to(const torch::Tensor& tensor, torch::Device device);

}  // namespace sequent
