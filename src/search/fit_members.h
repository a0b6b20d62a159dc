// Several trainings of the settings that sequent fit chose, and whether their average is better.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "search/fit_search.h"
#include "sequent/report.h"
#include "sequent/trainer.h"

namespace sequent {

/// The chosen run and further ones, which differ from it in their seeds.
class FitMembers {
 public:
  FitMembers(const FitOptions& options, const FitHooks& hooks, const FitSearch& search,
             Monitor monitor);

  /// Trains further runs in the folder `members` of the run, while there is time, and measures the
  /// average. `first`: the report of the run. A training that fails (a loss that is not finite, too
  /// little memory) is the last one, and is left out. Errors: Config, Data and Internal.
  void train(const Config& config, const TrainReport& first);

  /// All runs, the chosen one first.
  const std::vector<std::filesystem::path>& runs() const { return runs_; }
  /// Whether the average of all runs is the result: if it is better than the models are in the
  /// mean, and not worse than the baseline.
  bool is_average() const { return average_.has_value(); }
  std::int64_t size() const { return static_cast<std::int64_t>(runs_.size()); }
  /// The reports of the result.
  const Report& validation() const { return average_ ? *average_ : first_.validation; }
  const std::optional<Report>& test() const { return average_ ? average_test_ : first_.test; }

 private:
  std::filesystem::path folder_of(std::int64_t number) const;
  bool may_train() const;
  bool train_one(const Config& config, const std::filesystem::path& folder);
  void measure();

  const FitOptions& options_;
  const FitHooks& hooks_;
  const FitSearch& search_;
  Monitor monitor_;
  std::vector<std::filesystem::path> runs_;
  std::vector<double> scores_;  // of each run, on validation
  TrainReport first_;
  std::optional<Report> average_;  // of validation
  std::optional<Report> average_test_;
};

}  // namespace sequent
