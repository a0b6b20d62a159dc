// The search of sequent fit: which trials run, for how long, and which one wins.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "search/fit.h"
#include "search/fit_trial.h"

namespace sequent {

/// All trials of one recipe, which differ in their seeds.
struct FitGroup {
  FitRecipe recipe;
  std::vector<std::size_t> trials;
};

/// The life of a search:
///  1. The baseline trains to its end.
///  2. The first candidates each get a slice of time. The better half of those that are not done
///     gets twice the time, and so on (successive halving).
///  3. Variants of the leader and of the runner-up follow until the time is over. A leader with one
///     trial is repeated with another seed, so that luck decides less.
/// The time for new trainings of the leader is always kept.
class FitSearch {
 public:
  using Clock = std::chrono::steady_clock;

  FitSearch(const SniffedData& data, const FitOptions& options, const FitHooks& hooks,
            Monitor monitor, std::filesystem::path trials, Clock::time_point start);

  /// Errors: as FitTrial::advance; Runtime if no trial has a result.
  void run();

  const std::vector<std::unique_ptr<FitTrial>>& trials() const { return trials_; }
  /// The best trial of the group with the best mean score.
  const FitTrial& winner() const;
  const FitGroup& winning_group() const { return groups_[leader()]; }
  bool was_stopped() const { return was_stopped_; }

  /// How many models of a training of this many seconds are averaged in the end: as many as fit in
  /// a part of the whole time.
  std::int64_t planned_members(double seconds) const;
  /// Whether a training of this many seconds, and the export, can still end in time.
  bool has_time_to_train(double seconds) const;

 private:
  double now() const;
  double reserve_of_export() const;
  double reserve(double seconds) const;
  bool has_time(double seconds) const;
  bool may_start();
  FitTrial& add(const FitRecipe& recipe);
  void advance(FitTrial& trial, double seconds);
  bool must_stop(const FitTrial& trial) const;
  bool is_behind(const FitTrial& trial) const;
  void run_baseline();
  void run_candidates();
  double epoch_seconds(const FitRecipe& recipe) const;
  void halve(double slice);
  void refine();
  bool repeat_leader();
  bool try_variant(std::uint64_t number);
  double score_of(const FitGroup& group) const;
  double seed_deviation() const;
  std::vector<std::size_t> ranking() const;
  std::size_t leader() const { return ranking().front(); }
  const FitTrial* best_of(const FitGroup& group) const;
  void show(const FitTrial& trial) const;

  const SniffedData& data_;
  const FitOptions& options_;
  const FitHooks& hooks_;
  Monitor monitor_;
  std::filesystem::path folder_;
  Clock::time_point start_;
  std::vector<std::unique_ptr<FitTrial>> trials_;
  std::vector<FitGroup> groups_;
  bool races_ = false;  // trials that fall behind the leader are given up
  bool was_stopped_ = false;
};

}  // namespace sequent
