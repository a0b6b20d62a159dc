#include "kernels/step_plan.h"

#include <algorithm>
#include <numeric>

namespace sequent::kernels {

StepPlan::StepPlan(std::span<const std::int64_t> lengths) : order_(lengths.size()) {
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  const auto length_of = [&](std::int64_t row) { return lengths[static_cast<std::size_t>(row)]; };
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::int64_t a, std::int64_t b) { return length_of(a) > length_of(b); });
  for (const std::int64_t row : order_) lengths_.push_back(length_of(row));
  first_.push_back(0);
  std::int64_t active = rows();
  for (std::int64_t step = 0; active > 0; ++step) {
    while (active > 0 && length(active - 1) <= step) --active;
    if (active > 0) first_.push_back(first_.back() + active);
  }
}

std::vector<std::int32_t> StepPlan::positions(std::int64_t width, bool reversed) const {
  std::vector<std::int32_t> result;
  result.reserve(static_cast<std::size_t>(tokens()));
  for (std::int64_t step = 0; step < steps(); ++step) {
    for (std::int64_t place = 0; place < active(step); ++place) {
      const std::int64_t position = reversed ? length(place) - 1 - step : step;
      result.push_back(static_cast<std::int32_t>(row(place) * width + position));
    }
  }
  return result;
}

std::vector<std::int32_t> StepPlan::mirrored() const {
  std::vector<std::int32_t> result;
  result.reserve(static_cast<std::size_t>(tokens()));
  for (std::int64_t step = 0; step < steps(); ++step) {
    for (std::int64_t place = 0; place < active(step); ++place) {
      result.push_back(static_cast<std::int32_t>(first(length(place) - 1 - step) + place));
    }
  }
  return result;
}

}  // namespace sequent::kernels
