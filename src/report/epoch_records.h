// Reads the epochs of a run from metrics.jsonl.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sequent {

/// One finished epoch. Values that are missing from its record are empty.
struct EpochRecord {
  std::int64_t epoch = 0;
  bool best = false;
  std::optional<double> loss;  // training loss
  std::optional<double> learning_rate;
  std::optional<double> seconds;
  std::optional<double> examples_per_second;
  std::optional<double> tokens_per_second;
  std::map<std::string, double> validation;  // metrics by JSON name

  /// Returns a validation metric, if the record has it.
  std::optional<double> validation_value(const std::string& metric) const;
};

/// Returns the epochs in `lines`, in ascending order. Lines of other events are skipped, and so are
/// lines that are not JSON, because a crash may leave an incomplete line. If a resumed run repeated
/// an epoch, the last record counts.
std::vector<EpochRecord> read_epoch_records(const std::vector<std::string>& lines);

/// Returns the epoch whose weights were kept, which is the last one marked best.
std::optional<std::int64_t> best_epoch(const std::vector<EpochRecord>& epochs);

}  // namespace sequent
