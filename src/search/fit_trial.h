// One trial of sequent fit, which runs in slices of time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/fit_recipe.h"
#include "sequent/report.h"
#include "train/short_run.h"

namespace sequent {

/// One epoch of a trial.
struct FitEpoch {
  double score = 0;    // larger is better
  double loss = 0;     // of validation
  double seconds = 0;  // of the trial until its end
};

/// Returns the value of a metric, negated if smaller values are better.
double fit_score(const Report& report, Monitor monitor);

/// The life of a trial: `advance` is called until `is_done`. A trial that stops in between
/// continues exactly where it was, so that slices change nothing but the time.
class FitTrial {
 public:
  FitTrial(std::int64_t number, FitRecipe recipe, Config config, Monitor monitor,
           const std::filesystem::path& trials, ShortRun kind = ShortRun::kTrial);

  /// Decides after each step whether the slice ends.
  using Stop = std::function<bool(const FitTrial&)>;

  /// Trains until the trial is done, `seconds` are over (an epoch that is nearly complete is
  /// completed), or `stop` returns true. A training that fails (a loss that is not finite, too
  /// little memory) ends the trial with a fault. Errors: Config, Data and Internal.
  void advance(double seconds, const Stop& stop);

  std::int64_t number() const { return number_; }
  const FitRecipe& recipe() const { return recipe_; }
  const Config& config() const { return config_; }
  bool is_done() const { return is_done_; }
  const std::string& fault() const { return fault_; }
  const std::vector<FitEpoch>& epochs() const { return epochs_; }
  bool has_score() const { return !epochs_.empty() && fault_.empty(); }
  /// The best epoch, from 1; 0 if there is none.
  std::int64_t best_epoch() const { return best_epoch_; }
  double score() const { return best().score; }
  double loss() const { return best().loss; }
  /// The time that a training of the best epoch takes.
  double seconds_to_best() const { return best().seconds; }
  double seconds() const { return seconds_; }

  /// Removes the files of the trial.
  void remove() const;

 private:
  const FitEpoch& best() const { return epochs_[static_cast<std::size_t>(best_epoch_ - 1)]; }
  void add_epoch(const Report& report);
  bool slice_ends(double seconds, double elapsed, double epoch_share) const;

  std::int64_t number_;
  FitRecipe recipe_;
  Config config_;
  Monitor monitor_;
  ShortRun kind_;
  std::filesystem::path folder_;
  std::vector<FitEpoch> epochs_;
  std::int64_t best_epoch_ = 0;
  double seconds_ = 0;  // of all slices
  bool has_started_ = false;
  bool is_done_ = false;
  std::string fault_;
};

}  // namespace sequent
