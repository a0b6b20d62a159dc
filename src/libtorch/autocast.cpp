#include "libtorch/autocast.h"

#include <ATen/autocast_mode.h>

namespace sequent {
namespace {

// LibTorch 2.4 introduced one function for all devices; earlier versions have one per device.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
bool is_on(torch::DeviceType device) { return at::autocast::is_autocast_enabled(device); }
void turn(torch::DeviceType device, bool on) { at::autocast::set_autocast_enabled(device, on); }
torch::ScalarType type_of(torch::DeviceType device) {
  return at::autocast::get_autocast_dtype(device);
}
void set_type(torch::DeviceType device, torch::ScalarType type) {
  at::autocast::set_autocast_dtype(device, type);
}
#else
bool is_on(torch::DeviceType device) {
  return device == torch::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
}
void turn(torch::DeviceType device, bool on) {
  device == torch::kCPU ? at::autocast::set_cpu_enabled(on) : at::autocast::set_enabled(on);
}
torch::ScalarType type_of(torch::DeviceType device) {
  return device == torch::kCPU ? at::autocast::get_autocast_cpu_dtype()
                               : at::autocast::get_autocast_gpu_dtype();
}
void set_type(torch::DeviceType device, torch::ScalarType type) {
  device == torch::kCPU ? at::autocast::set_autocast_cpu_dtype(type)
                        : at::autocast::set_autocast_gpu_dtype(type);
}
#endif

bool has_autocast(torch::DeviceType device) {
  return device == torch::kCPU || device == torch::kCUDA;
}

}  // namespace

AutocastScope::AutocastScope(torch::DeviceType device, std::optional<torch::ScalarType> type)
    : device_(device), on_(type.has_value()) {
  if (!on_) return;
  set_type(device, *type);
  turn(device, true);
}

AutocastScope::~AutocastScope() {
  if (!on_) return;
  turn(device_, false);
  at::autocast::clear_cache();  // cached casts of weights are outdated after the next step
}

std::optional<torch::ScalarType> autocast_type(torch::DeviceType device) {
  if (!has_autocast(device) || !is_on(device)) return std::nullopt;
  return type_of(device);
}

NoAutocastScope::NoAutocastScope(torch::DeviceType device)
    : device_(device), type_(autocast_type(device)) {
  if (type_) turn(device_, false);
}

NoAutocastScope::~NoAutocastScope() {
  if (type_) turn(device_, true);
}

}  // namespace sequent
