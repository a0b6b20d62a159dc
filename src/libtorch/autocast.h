// Mixed precision for LibTorch's operators.
#pragma once

#include <torch/torch.h>

#include <optional>

namespace sequent {

/// Enables LibTorch's autocast on this thread for the lifetime of the object, like torch.autocast.
/// Products take operands of the given type; operations that need the range of float32 stay in
/// float32. Does nothing without a type.
class AutocastScope {
 public:
  AutocastScope(torch::DeviceType device, std::optional<torch::ScalarType> type);
  ~AutocastScope();
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;

 private:
  torch::DeviceType device_;
  bool on_ = false;
};

/// Returns the type to which autocast currently casts on this device, or nothing if autocast is
/// off.
std::optional<torch::ScalarType> autocast_type(torch::DeviceType device);

/// Disables autocast for operators whose operands already have the right type.
class NoAutocastScope {
 public:
  explicit NoAutocastScope(torch::DeviceType device);
  ~NoAutocastScope();
  NoAutocastScope(const NoAutocastScope&) = delete;
  NoAutocastScope& operator=(const NoAutocastScope&) = delete;

 private:
  torch::DeviceType device_;
  std::optional<torch::ScalarType> type_;
};

}  // namespace sequent
