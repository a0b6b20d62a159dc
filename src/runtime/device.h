// Where a model is trained.
#pragma once

#include <torch/torch.h>

#include <string>

namespace sequent {

/// The device `runtime.device` means; `auto` is CUDA where there is a GPU, else the CPU.
/// Errors: Runtime if CUDA is asked for and this LibTorch or machine has none, or not that many.
torch::Device choose_device(const std::string& name);

/// The tensor, which is on the CPU, on the device. To a GPU the copy is made from pinned memory,
/// while this thread goes on.
torch::Tensor send_to(const torch::Tensor& tensor, torch::Device device);

}  // namespace sequent
