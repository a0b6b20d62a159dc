// Mixed precision on LibTorch's operators.
#pragma once

#include <torch/torch.h>

#include <optional>

namespace sequent {

/// While it lives, LibTorch's autocast on this thread: products take operands of the given type,
/// what needs the range of float32 keeps it. Nothing without a type. As torch.autocast.
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

/// The type in which autocast multiplies now on this device; nothing where it is off.
std::optional<torch::ScalarType> autocast_type(torch::DeviceType device);

/// Switches autocast off for operators that are given operands of the right type already.
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
