// Compares tensors in tests. A failure names the index and both values.
#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <string>

namespace sequent::testing {

inline ::testing::AssertionResult all_near(const torch::Tensor& found, const torch::Tensor& wanted,
                                           double tolerance) {
  if (found.sizes() != wanted.sizes()) {
    return ::testing::AssertionFailure()
           << "found shape " << found.sizes() << ", expected " << wanted.sizes();
  }
  if (found.numel() == 0) return ::testing::AssertionSuccess();
  const torch::Tensor a = found.detach().to(torch::kCPU, torch::kFloat64).flatten();
  const torch::Tensor b = wanted.detach().to(torch::kCPU, torch::kFloat64).flatten();
  // NaN must not pass as close.
  const torch::Tensor difference = (a - b).abs().nan_to_num(INFINITY);
  const auto worst = difference.argmax().item<std::int64_t>();
  if (difference[worst].item<double>() <= tolerance) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "at flat index " << worst << ": found " << a[worst].item<double>() << ", expected "
         << b[worst].item<double>() << ", allowed difference " << tolerance;
}

/// Sets random weights, and random words for the characters of tokens, which are not trained. The
/// mask of forbidden transitions is unchanged.
inline void randomize(torch::nn::Module& model) {
  const torch::NoGradGuard no_gradient;
  for (const auto& named : model.named_parameters()) {
    torch::Tensor value = named.value();
    if (named.key().ends_with("spellings")) {
      value.random_(1, 256);
      for (std::int64_t row = 0; row < value.size(0); ++row) {
        value[row].narrow(0, row % value.size(1), value.size(1) - row % value.size(1)).zero_();
      }
    } else if (named.key().find("forbidden") == std::string::npos) {
      value.normal_(0, 0.5);
    }
  }
}

/// Returns the gradient as a dense tensor, because the gradient of an embedding is sparse.
inline torch::Tensor dense(const torch::Tensor& gradient) {
  return gradient.is_sparse() ? gradient.to_dense() : gradient;
}

/// Compares the gradients of `loss` in double precision with finite differences, for about
/// `samples` values of each trained parameter.
template <class Loss>
void expect_gradients_of_differences(torch::nn::Module& model, const Loss& loss,
                                     std::int64_t samples, double tolerance) {
  model.zero_grad();
  loss().backward();
  const torch::NoGradGuard no_gradient;
  constexpr double kStep = 1e-6;
  for (const auto& named : model.named_parameters()) {
    if (!named.value().requires_grad()) continue;
    torch::Tensor flat = named.value().detach().view(-1);
    const torch::Tensor gradient = dense(named.value().grad()).flatten();
    for (std::int64_t i = 0; i < flat.numel(); i += 1 + flat.numel() / samples) {
      const double value = flat[i].template item<double>();
      flat[i] = value + kStep;
      const double above = loss().template item<double>();
      flat[i] = value - kStep;
      const double below = loss().template item<double>();
      flat[i] = value;
      EXPECT_NEAR(gradient[i].template item<double>(), (above - below) / (2 * kStep), tolerance)
          << named.key() << " at " << i;
    }
  }
}

inline ::testing::AssertionResult same_bytes(const torch::Tensor& a, const torch::Tensor& b) {
  if (torch::equal(a, b)) return ::testing::AssertionSuccess();
  return all_near(a, b, 0);
}

}  // namespace sequent::testing
