// Learning-rate schedules, and selection of the best epoch.
#pragma once

#include <cstdint>
#include <optional>

#include "sequent/config.h"
#include "sequent/report.h"

namespace sequent {

/// Returns the factor of the base learning rate for `step` (from 0) of `total_steps`. For
/// ReduceOnPlateau it is 1: that factor comes from PlateauTracker.
double schedule_factor(const ScheduleSpec& spec, std::int64_t step, std::int64_t total_steps);

/// The number of steps over which the schedule's rate rises.
std::int64_t warmup_steps(const ScheduleSpec& spec);

/// Returns the monitored metric's value. Errors: Data if the report has none.
double monitored_value(Monitor monitor, const Report& report);

/// Remembers the best epoch by a validation metric. If the metric is equal, the epoch with the
/// smaller loss is better.
class BestTracker {
 public:
  BestTracker(Monitor monitor, double min_delta) : monitor_(monitor), min_delta_(min_delta) {}

  /// Returns true if `report` is better than all previous ones.
  bool add(const Report& report);

  std::int64_t epochs_since_best() const { return state_.since_best; }

  struct State {
    bool any = false;
    double value = 0;
    double loss = 0;
    std::int64_t since_best = 0;
  };
  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  Monitor monitor_;
  double min_delta_;
  State state_;
};

/// Counts epochs without improvement and reduces the learning rate.
class PlateauTracker {
 public:
  explicit PlateauTracker(const ScheduleSpec& spec);

  void add(const Report& report);

  /// Returns the reduced learning rate, which is never below min_learning_rate. Without a plateau
  /// schedule, returns `base`.
  double apply(double base) const;

  struct State {
    BestTracker::State best;
    double factor = 1;
  };
  State state() const { return {best_.state(), factor_}; }
  void restore(const State& state);

 private:
  std::optional<ReduceOnPlateau> spec_;
  BestTracker best_;
  double factor_ = 1;
};

}  // namespace sequent
