// Summary statistics of the rows of a split.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "data/split_rows.h"

namespace sequent {

/// The range of the numbers of the rows.
struct NumberRange {
  double least = 0;
  double mean = 0;
  double most = 0;
};

struct SplitSummary {
  std::int64_t rows = 0;
  std::vector<NumberRange> targets;      // one per target, if there are targets
  std::optional<NumberRange> weights;    // of the rows in the loss, if the split has any
  std::vector<std::int64_t> label_rows;  // rows of each training label; for tags, tokens

  // Tokens per text before truncation; percentiles use the nearest rank.
  std::int64_t shortest = 0;
  std::int64_t median = 0;
  std::int64_t percentile_95 = 0;
  std::int64_t longest = 0;

  std::int64_t empty = 0;
  std::int64_t truncated = 0;
  std::int64_t kept_tokens = 0;
  std::int64_t unknown_tokens = 0;  // among kept_tokens

  // Empty texts are not counted here; texts are compared byte by byte.
  std::int64_t repeated = 0;          // rows whose text occurs earlier in the split
  std::int64_t also_in_training = 0;  // rows whose text is in training; 0 for training
  std::int64_t contradictory = 0;     // texts with more than one label in the split

  std::int64_t invisible = 0;        // texts with an invisible character
  char32_t invisible_character = 0;  // the first one

  double truncated_share() const { return share(truncated, rows); }
  double unknown_share() const { return share(unknown_tokens, kept_tokens); }
  double repeated_share() const { return share(repeated, rows); }

 private:
  static double share(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }
};

/// Summarizes a split. `training` is empty for the training split itself.
SplitSummary summarize(const SplitRows& split, const LabelSet& labels, std::int64_t max_length,
                       const std::vector<RowNote>& training = {},
                       const std::vector<double>& target_origin = {});

}  // namespace sequent
