// The main loop of a search.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "search/trial_run.h"

namespace sequent {

class TuneSearch {
 public:
  /// `leads`: this process decides when the search ends; others only train trials.
  TuneSearch(TrialPlan plan, const std::function<bool()>& stop_requested, bool leads);

  /// Trains until a budget is used up or no values are left. Returns false if it was stopped.
  /// Errors: see tune.
  bool run();

  /// The results in the order of their numbers, without gaps.
  const std::vector<TrialResult>& results() const { return results_; }

  /// The number of trials that this process finished.
  std::int64_t trained() const { return trained_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool run_generation(std::int64_t first);
  std::vector<TuneValues> suggest_generation(std::int64_t first);
  void start_trials(std::int64_t first, const std::vector<TuneValues>& values);
  void poll_trials();
  void stop_trials();
  void collect(TrialResult result);
  void check_first_generation() const;
  void write_results() const;
  std::int64_t most_trials() const;
  bool tokens_are_used() const;
  bool time_is_over() const;
  double seconds() const;

  TrialPlan plan_;
  std::function<bool()> stop_requested_;
  bool leads_;
  std::int64_t slots_;  // trials that this process trains at the same time
  Clock::time_point begin_ = Clock::now();
  double spent_before_ = 0;
  std::vector<TrialResult> results_;           // of earlier generations
  std::map<std::int64_t, TrialResult> fresh_;  // of this generation
  std::vector<std::unique_ptr<TrialRun>> running_;
  std::int64_t trained_ = 0;
  bool out_of_values_ = false;
  bool out_of_time_ = false;
};

}  // namespace sequent
