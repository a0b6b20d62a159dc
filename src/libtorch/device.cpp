#include "libtorch/device.h"

#include <stdexcept>

#include "sequent/error.h"

namespace sequent {

torch::Device choose_device(const std::string& name) {
  const bool available = torch::cuda::is_available();
  if (name == "cpu" || (name == "auto" && !available)) return torch::kCPU;
  if (name == "auto") return torch::Device(torch::kCUDA, 0);
  const std::string where = "/runtime/device";
  if (!available) {
    throw Error(ErrorKind::kRuntime, where,
                "found \"" + name +
                    "\", but LibTorch sees no CUDA device (no GPU, no driver, or LibTorch was "
                    "built without CUDA); use \"cpu\" or \"auto\"");
  }
  const std::size_t colon = name.find(':');
  const int index = colon == std::string::npos ? 0 : std::stoi(name.substr(colon + 1));
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (index >= count) {
    throw Error(
        ErrorKind::kRuntime, where,
        "found \"" + name + "\"; this machine has cuda:0 to cuda:" + std::to_string(count - 1));
  }
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

torch::Tensor send_to(const torch::Tensor& tensor, torch::Device device) {
  if (!device.is_cuda()) return tensor.to(device);
  return tensor.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace sequent
