#include <algorithm>
#include <cmath>
#include <limits>

#include "train/optimizer.h"

namespace sequent {
namespace {

using kernels::UpdateRule;
using kernels::UpdateStep;

/// Returns the number of steps without a gradient after which a value no longer moves by more than
/// its rounding error: what drives it has shrunk by a factor of 1e-8.
std::size_t steps_of_motion(UpdateRule rule, const UpdateStep& step) {
  const double fading = rule == UpdateRule::kAdam ? step.beta_1 / std::sqrt(double{step.beta_2})
                                                  : double{step.momentum};
  if (fading >= 1) return std::numeric_limits<std::size_t>::max();
  if (fading <= 0) return 1;
  return static_cast<std::size_t>(std::ceil(std::log(1e-8) / std::log(fading)));
}

/// Returns the fractions of the first and second slot that a step without a gradient keeps.
std::pair<double, double> kept_shares(UpdateRule rule, const UpdateStep& step) {
  switch (rule) {
    case UpdateRule::kAdam:
      return {step.beta_1, step.beta_2};
    case UpdateRule::kSgd:
      return {step.momentum, 1};
    case UpdateRule::kRmsProp:
      return {step.beta_2, step.momentum};
  }
  return {1, 1};
}

float* row_of(const torch::Tensor& tensor, std::int64_t row) {
  return tensor.defined() ? tensor.data_ptr<float>() + row * tensor.size(1) : nullptr;
}

}  // namespace

DelayedSteps::DelayedSteps(UpdateRule rule, torch::Tensor table, torch::Tensor first,
                           torch::Tensor second, torch::Tensor average)
    : rule_(rule),
      table_(std::move(table)),
      first_(std::move(first)),
      second_(std::move(second)),
      average_(std::move(average)),
      last_(torch::full({table_.size(0)}, -1, torch::kInt64)) {}

void DelayedSteps::add(const UpdateStep& step) {
  const double kept = std::log1p(-double{step.average_share});
  log_average_.push_back((log_average_.empty() ? 0 : log_average_.back()) + kept);
  steps_.push_back(step);
}

void DelayedSteps::forget() {
  start_ += static_cast<std::int64_t>(steps_.size());
  steps_.clear();
  log_average_.clear();
}

void DelayedSteps::start_at(std::int64_t step) {
  forget();
  start_ = step;
}

/// Takes the steps from `from` on, without a gradient, for a row that no longer moves by itself.
void DelayedSteps::take_far(std::int64_t row, std::size_t from) {
  const auto count = static_cast<double>(steps_.size() - from);
  const auto [first_kept, second_kept] = kept_shares(rule_, steps_.back());
  const auto first_factor = static_cast<float>(std::pow(first_kept, count));
  const auto second_factor = static_cast<float>(std::pow(second_kept, count));
  const double log_average = log_average_.back() - (from == 0 ? 0 : log_average_[from - 1]);
  const auto average_factor = static_cast<float>(std::exp(log_average));
  const float* value = row_of(table_, row);
  float* first = row_of(first_, row);
  float* second = row_of(second_, row);
  float* average = row_of(average_, row);
  for (std::int64_t i = 0; i < table_.size(1); ++i) {
    first[i] *= first_factor;
    second[i] *= second_factor;
    if (average != nullptr) average[i] = value[i] + (average[i] - value[i]) * average_factor;
  }
}

void DelayedSteps::take(std::int64_t row, const float* gradient, float scale) {
  auto& last = last_.data_ptr<std::int64_t>()[row];
  const std::int64_t now = start_ + static_cast<std::int64_t>(steps_.size());
  const bool decays = !steps_.empty() && steps_.back().decay != 0;
  // Nothing moves a row that never had a gradient.
  if (last < 0 && gradient == nullptr && !decays) return;
  if (last == now) return;
  std::size_t from = last < start_ ? 0 : static_cast<std::size_t>(last - start_);
  if (last < 0 && !decays) from = steps_.size() - 1;
  const std::size_t idle = steps_.size() - from - (gradient != nullptr ? 1 : 0);
  const std::size_t moving = std::min(idle, steps_of_motion(rule_, steps_.back()));
  kernels::UpdatedValues values{table_.size(1),
                                row_of(table_, row),
                                row_of(first_, row),
                                row_of(second_, row),
                                row_of(average_, row),
                                nullptr,
                                scale};
  const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  if (moving < idle && decays) {
    // Weight decay keeps moving the values, and the average follows them: take the steps one by
    // one.
    kernels::update(rule_, steps_.data() + from, count(idle), values);
  } else {
    kernels::update(rule_, steps_.data() + from, count(moving), values);
    if (moving < idle) take_far(row, from + moving);
  }
  if (gradient != nullptr) {
    values.gradient = gradient;
    kernels::update(rule_, steps_.data() + steps_.size() - 1, 1, values);
  }
  last = now;
}

}  // namespace sequent
