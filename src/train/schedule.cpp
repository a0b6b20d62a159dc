#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "sequent/error.h"

namespace sequent {
namespace {

double warmup_factor(std::int64_t warmup_steps, std::int64_t step) {
  if (step >= warmup_steps) return 1;
  return static_cast<double>(step + 1) / static_cast<double>(warmup_steps + 1);
}

/// The progress of the steps after warm-up, from 0 to 1.
double progress(std::int64_t warmup_steps, std::int64_t step, std::int64_t total_steps) {
  const std::int64_t length = std::max<std::int64_t>(1, total_steps - warmup_steps - 1);
  const std::int64_t done = std::max<std::int64_t>(0, step - warmup_steps);
  return std::min(1.0, static_cast<double>(done) / static_cast<double>(length));
}

struct FactorOf {
  std::int64_t step;
  std::int64_t total_steps;

  double operator()(const ConstantSchedule& spec) const {
    return warmup_factor(spec.warmup_steps, step);
  }
  double operator()(const CosineSchedule& spec) const {
    const double t = progress(spec.warmup_steps, step, total_steps);
    const double cosine = (1 + std::cos(std::numbers::pi * t)) / 2;
    return warmup_factor(spec.warmup_steps, step) * (spec.final + (1 - spec.final) * cosine);
  }
  double operator()(const LinearSchedule& spec) const {
    const double t = progress(spec.warmup_steps, step, total_steps);
    return warmup_factor(spec.warmup_steps, step) * (1 + (spec.final - 1) * t);
  }
  double operator()(const SlantedTriangular& spec) const {
    const auto total = static_cast<double>(total_steps);
    const double top = std::max(1.0, std::floor(total * spec.rise));
    const auto at = static_cast<double>(step);
    const double height = at < top ? at / top : (total - at) / std::max(1.0, total - top);
    return (1 + std::max(0.0, height) * (spec.ratio - 1)) / spec.ratio;
  }
  double operator()(const ReduceOnPlateau&) const { return 1; }
};

}  // namespace

double schedule_factor(const ScheduleSpec& spec, std::int64_t step, std::int64_t total_steps) {
  return std::visit(FactorOf{step, total_steps}, spec);
}

std::int64_t warmup_steps(const ScheduleSpec& spec) {
  return std::visit(
      []<class Spec>(const Spec& schedule) -> std::int64_t {
        if constexpr (requires { schedule.warmup_steps; }) return schedule.warmup_steps;
        return 0;
      },
      spec);
}

namespace {

bool less_is_better(Monitor monitor) {
  return monitor == Monitor::kLoss || monitor == Monitor::kMeanAbsoluteError;
}

}  // namespace

double monitored_value(Monitor monitor, const Report& report) {
  const std::string name(enum_name(monitor));
  if (const std::optional<double> value = report.value(name)) return *value;
  throw Error(ErrorKind::kData, "validation",
              "the data provides no value for " + name +
                  ", which selects the best epoch; monitor another metric, such as loss");
}

bool BestTracker::add(const Report& report) {
  const double value = monitored_value(monitor_, report);
  const double loss = monitored_value(Monitor::kLoss, report);
  const double gain = less_is_better(monitor_) ? state_.value - value : value - state_.value;
  const bool tie_won = min_delta_ == 0 && gain == 0 && loss < state_.loss;
  const bool better = !state_.any || gain > min_delta_ || tie_won;
  if (better) {
    state_ = {true, value, loss, 0};
  } else {
    ++state_.since_best;
  }
  return better;
}

PlateauTracker::PlateauTracker(const ScheduleSpec& spec) : best_(Monitor::kLoss, 0) {
  if (const auto* plateau = std::get_if<ReduceOnPlateau>(&spec)) {
    spec_ = *plateau;
    best_ = BestTracker(plateau->monitor, 0);
  }
}

void PlateauTracker::add(const Report& report) {
  if (!spec_ || best_.add(report)) return;
  if (best_.epochs_since_best() <= spec_->patience) return;
  factor_ *= spec_->factor;
  BestTracker::State state = best_.state();
  state.since_best = 0;
  best_.restore(state);
}

double PlateauTracker::apply(double base) const {
  return spec_ ? std::max(base * factor_, std::min(base, spec_->min_learning_rate)) : base;
}

void PlateauTracker::restore(const State& state) {
  best_.restore(state.best);
  factor_ = state.factor;
}

}  // namespace sequent
