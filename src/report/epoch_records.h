// What metrics.jsonl tells of a run's epochs.
#pragma once

#include <cstdint>
#include <map>
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
  std::map<std::string, double> validation;  // metrics by their names in JSON

  /// A validation metric, if the record has it.
  std::optional<double> validation_value(const std::string& metric) const;
};

/// The epochs of `lines` by rising number. Lines of other events and lines that are no JSON (a
/// crash may leave half a line) are passed over; of an epoch that a resumed run did again the last
/// counts.
std::vector<EpochRecord> read_epoch_records(const std::vector<std::string>& lines);

/// The epoch whose weights were kept: the last one marked best.
std::optional<std::int64_t> best_epoch(const std::vector<EpochRecord>& epochs);

}  // namespace sequent
