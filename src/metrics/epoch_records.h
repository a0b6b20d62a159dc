// What metrics.jsonl tells of a run's epochs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sequent {

/// One finished epoch; a value that its record does not have is nothing.
struct EpochRecord {
  std::int64_t epoch = 0;
  bool best = false;
  std::optional<double> loss;  // of training
  std::optional<double> learning_rate;
  std::optional<double> seconds;
  std::optional<double> examples_per_second;
  std::optional<double> tokens_per_second;
  std::optional<double> validation_loss;
  std::optional<double> validation_accuracy;
  std::optional<double> validation_macro_f1;
  std::optional<double> validation_rmse;
  std::optional<double> validation_mae;
  std::optional<double> validation_r2;
  std::optional<double> validation_f1;
  std::optional<double> validation_perplexity;
  std::optional<double> validation_exact_match;
};

/// The epochs of `lines` by rising number. Lines of other events and lines that are no JSON (a
/// crash may leave half a line) are passed over; of an epoch that a resumed run did again the last
/// counts.
std::vector<EpochRecord> read_epoch_records(const std::vector<std::string>& lines);

/// The epoch whose weights were kept: the last one marked best.
std::optional<std::int64_t> best_epoch(const std::vector<EpochRecord>& epochs);

}  // namespace sequent
