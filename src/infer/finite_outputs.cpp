#include "infer/finite_outputs.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace sequent {
namespace {

std::vector<Issue> issues_of(const std::vector<std::size_t>& inputs) {
  constexpr std::size_t kListed = 20;
  std::vector<Issue> issues;
  for (std::size_t i = 0; i < std::min(inputs.size(), kListed); ++i) {
    issues.push_back({"input " + std::to_string(inputs[i]), NotFiniteError::message()});
  }
  if (inputs.size() > kListed) {
    issues.push_back({"", "and " + std::to_string(inputs.size() - kListed) + " more inputs"});
  }
  return issues;
}

}  // namespace

NotFiniteError::NotFiniteError(std::vector<std::size_t> inputs)
    : Error(ErrorKind::kNumeric, issues_of(inputs)), inputs_(std::move(inputs)) {}

const char* NotFiniteError::message() {
  return "the model's output is not a finite number; expected inputs of the magnitude of the "
         "training data: check the input for numbers that are far too large";
}

void FiniteOutputs::check(std::size_t input, std::span<const float> outputs) {
  const bool all_finite =
      std::all_of(outputs.begin(), outputs.end(), [](float x) { return std::isfinite(x); });
  if (!all_finite) is_bad_[input] = 1;
}

void FiniteOutputs::check(std::size_t input, double output) {
  if (!std::isfinite(output)) is_bad_[input] = 1;
}

void FiniteOutputs::throw_if_any() const {
  std::vector<std::size_t> inputs;
  for (std::size_t i = 0; i < is_bad_.size(); ++i) {
    if (is_bad_[i] != 0) inputs.push_back(i);
  }
  if (!inputs.empty()) throw NotFiniteError(std::move(inputs));
}

}  // namespace sequent
